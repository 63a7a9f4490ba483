#include "front/response.hpp"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/FileStream.h>
#include <Poco/StreamCopier.h>
#include <Poco/String.h>
#include <Poco/Timestamp.h>

#include <array>
#include <charconv>
#include <string_view>

namespace token_service::front {
namespace {

void appendNumber(std::size_t number, std::string& out) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

void appendField(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// RFC 9110 section 6.6.1. Written anew once a second.
const std::string& dateNow() {
  thread_local std::time_t second = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != second) {
    second = now;
    text = Poco::DateTimeFormatter::format(Poco::Timestamp::fromEpochTime(now),
                                           Poco::DateTimeFormat::HTTP_FORMAT);
  }
  return text;
}

// The front decides about them.
bool isFraming(const std::string& name) {
  using Poco::icompare;
  using Poco::Net::HTTPMessage;
  return icompare(name, HTTPMessage::CONNECTION) == 0 ||
         icompare(name, HTTPMessage::CONTENT_LENGTH) == 0 ||
         icompare(name, HTTPMessage::TRANSFER_ENCODING) == 0;
}

}  // namespace

void Response::reset() {
  clear();
  setStatusAndReason(HTTP_OK);
  sent_ = false;
  body_.clear();
  stream_.reset();
}

std::ostream& Response::send() {
  sent_ = true;
  stream_ = std::make_unique<std::ostringstream>();
  return *stream_;
}

void Response::sendFile(const std::string& path, const std::string& media_type) {
  Poco::FileInputStream file(path);
  body_.clear();
  Poco::StreamCopier::copyToString(file, body_);
  setContentType(media_type);
  sent_ = true;
}

void Response::sendBuffer(const void* bytes, std::size_t size) {
  body_.assign(static_cast<const char*>(bytes), size);
  sent_ = true;
}

void Response::redirect(const std::string& uri, HTTPStatus status) {
  setStatusAndReason(status);
  set("Location", uri);
  sent_ = true;
}

void Response::requireAuthentication(const std::string& realm) {
  setStatusAndReason(HTTP_UNAUTHORIZED);
  set("WWW-Authenticate", "Basic realm=\"" + realm + "\"");
  sent_ = true;
}

bool Response::wantsClose() const {
  const auto field = find(CONNECTION);
  return field != end() && Poco::icompare(field->second, CONNECTION_CLOSE) == 0;
}

void Response::write(bool head_only, bool close, std::string& out) const {
  const std::string streamed = stream_ ? stream_->str() : std::string();
  const std::string& body = stream_ ? streamed : body_;
  const auto status = static_cast<std::size_t>(getStatus());
  const bool has_body = status >= 200 && status != HTTP_NO_CONTENT && status != HTTP_NOT_MODIFIED;
  out.reserve(out.size() + 512 + body.size());
  out.append("HTTP/1.1 ");
  appendNumber(status, out);
  out.append(" ").append(getReason()).append("\r\n");
  appendField("Date", dateNow(), out);
  for (const auto& [name, value] : *this) {
    if (!isFraming(name)) {
      appendField(name, value, out);
    }
  }
  if (has_body) {
    out.append("Content-Length: ");
    appendNumber(body.size(), out);
    out.append("\r\n");
  }
  if (close) {
    out.append("Connection: close\r\n");
  }
  out.append("\r\n");
  if (has_body && !head_only) {
    out.append(body);
  }
}

}  // namespace token_service::front
