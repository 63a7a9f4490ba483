#include "http/request_reader.hpp"

#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/String.h>

#include <algorithm>
#include <charconv>
#include <istream>
#include <string>
#include <string_view>

namespace token_service::http {
namespace {

using Poco::Net::HTTPServerRequest;

constexpr std::size_t kMaxUriSize = 2048;
constexpr std::size_t kMaxRequestIdSize = 128;
constexpr std::chrono::seconds kBodyPatience{10};

std::size_t countOf(const HTTPServerRequest& request, const std::string& name) {
  std::size_t count = 0;
  for (auto field = request.find(name);
       field != request.end() && Poco::icompare(field->first, name) == 0; ++field) {
    ++count;
  }
  return count;
}

std::optional<std::string> header(const HTTPServerRequest& request, const std::string& name) {
  const auto field = request.find(name);
  return field == request.end() ? std::nullopt : std::optional(field->second);
}

bool isRequestId(const std::string& text) {
  static constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !text.empty() && text.size() <= kMaxRequestIdSize &&
         text.find_first_not_of(kAllowed) == std::string::npos;
}

// RFC 9112 section 6.3: exactly one Content-Length, digits only. Poco reads `1,0` as 10 and `-1` as
// nothing. Without one there is no body; where one is needed, the caller is told so.
std::optional<Failure> bodySize(const HTTPServerRequest& request, const std::string& path,
                                const Router& router, std::int64_t max_body, std::size_t& size) {
  const std::size_t lengths = countOf(request, "Content-Length");
  if (request.has("Transfer-Encoding")) {
    const bool chunked =
        Poco::icompare(request.get("Transfer-Encoding"), "chunked") == 0 && lengths == 0;
    return chunked ? Failure::LengthRequired : Failure::InvalidRequest;
  }
  size = 0;
  if (lengths == 0) {
    const bool has_body = request.getMethod() == "POST" || request.getMethod() == "PUT" ||
                          request.getMethod() == "PATCH";
    return has_body && !router.ignoresBody(path) ? std::optional(Failure::LengthRequired)
                                                 : std::nullopt;
  }
  const std::string text = request.get("Content-Length");
  if (lengths > 1 || text.empty() || text.find_first_not_of("0123456789") != std::string::npos) {
    return Failure::InvalidRequest;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc{} || size > static_cast<std::size_t>(max_body)) {
    return Failure::PayloadTooLarge;
  }
  return std::nullopt;
}

// Takes what each receive gives, so that a body that comes in drops cannot hold a thread for ever.
std::optional<Failure> readBody(std::istream& stream, std::size_t size, std::string& body) {
  const auto deadline = std::chrono::steady_clock::now() + kBodyPatience;
  body.reserve(size);
  while (body.size() < size) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return Failure::RequestTimeout;
    }
    if (stream.peek() == std::istream::traits_type::eof()) {
      return Failure::InvalidRequest;
    }
    const auto ready = std::min<std::streamsize>(stream.rdbuf()->in_avail(),
                                                 static_cast<std::streamsize>(size - body.size()));
    const std::size_t before = body.size();
    body.resize(before + static_cast<std::size_t>(ready));
    stream.read(body.data() + before, ready);
  }
  return std::nullopt;
}

std::optional<Failure> checkHead(const HTTPServerRequest& request) {
  const std::string& version = request.getVersion();
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return Failure::VersionNotSupported;
  }
  if (request.getURI().size() > kMaxUriSize) {
    return Failure::UriTooLong;
  }
  const std::size_t hosts = countOf(request, "Host");
  if (hosts > 1 || (hosts == 0 && version == "HTTP/1.1")) {
    return Failure::InvalidRequest;
  }
  for (const char* name : {"Authorization", "X-SERVICE-SECRET", "Content-Type"}) {
    if (countOf(request, name) > 1) {
      return Failure::InvalidRequest;
    }
  }
  if (request.has("Expect") && Poco::icompare(request.get("Expect"), "100-continue") != 0) {
    return Failure::ExpectationFailed;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Failure> readRequest(HTTPServerRequest& request, const ReadLimits& limits,
                                   const Router& router, session::Random& random, Request& out) {
  out.id = request.get("X-Request-ID", "");
  if (!isRequestId(out.id)) {
    out.id = random.identifier();
  }
  out.method = request.getMethod();
  out.origin = header(request, "Origin");
  const std::string& uri = request.getURI();
  const std::size_t question = uri.find('?');
  out.path = uri.substr(0, question);
  out.query = question == std::string::npos ? "" : uri.substr(question + 1);
  if (const std::optional<Failure> failure = checkHead(request)) {
    return failure;
  }
  std::size_t size = 0;
  if (const std::optional<Failure> failure =
          bodySize(request, out.path, router, limits.max_body, size)) {
    return failure;
  }
  if (request.getExpectContinue()) {
    request.response().sendContinue();
  }
  if (const std::optional<Failure> failure = readBody(request.stream(), size, out.body)) {
    return failure;
  }
  out.deadline = std::chrono::steady_clock::now() + limits.request_timeout;
  out.authorization = header(request, "Authorization");
  out.service_secret = header(request, "X-SERVICE-SECRET");
  out.content_type = header(request, "Content-Type");
  out.content_encoding = header(request, "Content-Encoding");
  return std::nullopt;
}

}  // namespace token_service::http
