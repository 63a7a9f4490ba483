#include "http/media_type.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/NameValueCollection.h>
#include <Poco/String.h>

#include <iterator>

namespace token_service::http {
namespace {

constexpr std::size_t kMaxBoundarySize = 70;

bool isBoundary(const std::string& text) {
  static constexpr std::string_view kAllowed =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? ";
  return !text.empty() && text.size() <= kMaxBoundarySize && text.back() != ' ' &&
         text.find_first_not_of(kAllowed) == std::string::npos;
}

std::optional<BodyEncoding> encodingOf(std::string_view type) {
  if (type == "application/json") {
    return BodyEncoding::Json;
  }
  if (type == "application/x-www-form-urlencoded") {
    return BodyEncoding::UrlEncodedForm;
  }
  return std::nullopt;
}

// Two of them would leave it open which one counts.
bool isRepeated(const Poco::Net::NameValueCollection& parameters, const std::string& name) {
  const auto first = parameters.find(name);
  return first != parameters.end() && std::next(first) != parameters.end() &&
         Poco::icompare(std::next(first)->first, name) == 0;
}

}  // namespace

std::optional<MediaType> parseMediaType(std::string_view content_type) {
  // As most clients write it, which leaves nothing to be taken apart.
  if (const std::optional<BodyEncoding> encoding = encodingOf(content_type)) {
    return MediaType{*encoding, {}};
  }
  std::string type;
  Poco::Net::NameValueCollection parameters;
  Poco::Net::MessageHeader::splitParameters(std::string(content_type), type, parameters);
  Poco::trimInPlace(type);
  Poco::toLowerInPlace(type);
  if (isRepeated(parameters, "charset") || isRepeated(parameters, "boundary") ||
      Poco::icompare(parameters.get("charset", "utf-8"), "utf-8") != 0) {
    return std::nullopt;
  }
  if (const std::optional<BodyEncoding> encoding = encodingOf(type)) {
    return MediaType{*encoding, {}};
  }
  std::string boundary = parameters.get("boundary", "");
  if (type == "multipart/form-data" && isBoundary(boundary)) {
    return MediaType{BodyEncoding::MultipartForm, std::move(boundary)};
  }
  return std::nullopt;
}

}  // namespace token_service::http
