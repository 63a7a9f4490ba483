#include "http/body.hpp"

#include "http/form.hpp"
#include "http/ip_address.hpp"
#include "http/media_type.hpp"
#include "http/user_id.hpp"
#include "token/utf8.hpp"

namespace token_service::http {
namespace {

using token::Json;

constexpr std::size_t kMaxUsernameLength = 255;
constexpr std::size_t kMaxUserAgentLength = 512;

std::optional<Json> parseFields(const MediaType& type, std::string_view body) {
  switch (type.encoding) {
    case BodyEncoding::Json:
      return token::parseJsonObject(body);
    case BodyEncoding::UrlEncodedForm:
      return parseUrlEncodedForm(body);
    case BodyEncoding::MultipartForm:
      return parseMultipartForm(body, type.boundary);
  }
  return std::nullopt;
}

bool isWhiteSpace(char32_t c) {
  return c == ' ' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
         c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool isControl(char32_t c) { return c < 0x20 || (c >= 0x7f && c <= 0x9f); }

bool isUsername(std::string_view text) {
  std::size_t length = 0;
  bool blank = true;
  while (!text.empty()) {
    const std::optional<char32_t> code_point = token::takeCodePoint(text);
    if (!code_point || isControl(*code_point) || ++length > kMaxUsernameLength) {
      return false;
    }
    blank = blank && isWhiteSpace(*code_point);
  }
  return !blank;
}

Field<std::string> textField(const Json* field) {
  using State = Field<std::string>::State;
  if (field == nullptr) {
    return {};
  }
  if (!field->isString()) {
    return {State::Invalid, {}};
  }
  return {field->text.empty() ? State::Missing : State::Good, field->text};
}

// The text's first characters, at most so many; none if one of them all is a control character.
std::optional<std::string> beginningOf(std::string_view text, std::size_t most) {
  std::string_view rest = text;
  std::size_t kept = 0;
  for (std::size_t length = 1; !rest.empty(); ++length) {
    const std::optional<char32_t> code_point = token::takeCodePoint(rest);
    if (!code_point || isControl(*code_point)) {
      return std::nullopt;
    }
    kept = length <= most ? text.size() - rest.size() : kept;
  }
  return std::string(text.substr(0, kept));
}

}  // namespace

std::optional<Failure> Body::parse(const Request& request, Body& out) {
  if (request.content_encoding && *request.content_encoding != "identity") {
    return Failure::UnsupportedMediaType;
  }
  const std::optional<MediaType> type = parseMediaType(request.content_type.value_or(""));
  if (!type) {
    return Failure::UnsupportedMediaType;
  }
  std::optional<Json> fields = parseFields(*type, request.body);
  if (!fields) {
    return Failure::InvalidRequest;
  }
  out.fields_ = *std::move(fields);
  out.is_form_ = type->encoding != BodyEncoding::Json;
  return std::nullopt;
}

Field<UserId> Body::userId() const {
  using State = Field<UserId>::State;
  const Json* field = fields_.find("id");
  if (field == nullptr || (field->isString() && field->text.empty())) {
    return {};
  }
  const std::int64_t value = field->type == Json::Type::Number   ? field->integer().value_or(0)
                             : field->type == Json::Type::String ? userIdOf(field->text).value_or(0)
                                                                 : 0;
  if (value < 1) {
    return {State::Invalid, {}};
  }
  return {State::Good, {value, field->isString() ? '"' + field->text + '"' : field->text}};
}

Field<std::string> Body::username() const {
  Field<std::string> field = textField(fields_.find("username"));
  if (!field.missing() && !isUsername(field.value)) {
    field.state = Field<std::string>::State::Invalid;
  }
  return field;
}

Field<std::string> Body::accessToken() const { return text("access"); }

Field<std::string> Body::clientIp() const {
  Field<std::string> field = optionalText("client_ip");
  if (!field.missing() && !field.invalid()) {
    std::optional<std::string> address = canonicalIp(field.value);
    field.state = address ? field.state : Field<std::string>::State::Invalid;
    field.value = std::move(address).value_or("");
  }
  return field;
}

Field<std::string> Body::userAgent() const {
  Field<std::string> field = optionalText("user_agent");
  if (!field.missing() && !field.invalid()) {
    std::optional<std::string> kept = beginningOf(field.value, kMaxUserAgentLength);
    field.state = kept ? field.state : Field<std::string>::State::Invalid;
    field.value = std::move(kept).value_or("");
  }
  return field;
}

Field<std::string> Body::text(std::string_view name) const { return textField(fields_.find(name)); }

Field<std::string> Body::optionalText(std::string_view name) const {
  const Json* field = fields_.find(name);
  return field == nullptr || field->type == Json::Type::Null ? Field<std::string>{}
                                                             : textField(field);
}

bool Body::isFrontend() const {
  const Json* field = fields_.find("is_frontend");
  if (field == nullptr) {
    return false;
  }
  return is_form_ ? field->text == "true" || field->text == "True" || field->text == "1"
                  : field->isTrue();
}

}  // namespace token_service::http
