#include "http/form.hpp"

#include "token/text_run.hpp"
#include "token/utf8.hpp"

#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/NameValueCollection.h>
#include <Poco/String.h>

#include <charconv>
#include <utility>

namespace token_service::http {
namespace {

bool addField(std::string name, std::string value, token::Json& form) {
  if (!token::isUtf8(name) || !token::isUtf8(value)) {
    return false;
  }
  token::Json& field = form.children.emplace_back();
  field.type = token::Json::Type::String;
  field.name = std::move(name);
  field.text = std::move(value);
  return true;
}

std::optional<token::Json> withoutRepeatedName(token::Json form) {
  return token::hasRepeatedName(form.children) ? std::nullopt : std::optional(std::move(form));
}

// Takes the text up to the separator, and the separator, off the front.
std::optional<std::string_view> takeUntil(std::string_view separator, std::string_view& rest) {
  const std::size_t end = rest.find(separator);
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end + separator.size());
  return taken;
}

// The same, or all that is left.
std::string_view takeUntilOrRest(std::string_view separator, std::string_view& rest) {
  const std::optional<std::string_view> taken = takeUntil(separator, rest);
  return taken ? *taken : std::exchange(rest, {});
}

// The `name` of a part's Content-Disposition (RFC 7578 section 4.2).
std::optional<std::string> nameOfPart(std::string_view head) {
  while (!head.empty()) {
    const std::string_view line = takeUntilOrRest("\r\n", head);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || line.find_first_of("\r\n") != std::string_view::npos) {
      return std::nullopt;
    }
    if (Poco::icompare(std::string(line.substr(0, colon)), "content-disposition") != 0) {
      continue;
    }
    std::string disposition;
    Poco::Net::NameValueCollection parameters;
    Poco::Net::MessageHeader::splitParameters(std::string(line.substr(colon + 1)), disposition,
                                              parameters);
    if (Poco::icompare(Poco::trim(disposition), "form-data") != 0 || !parameters.has("name")) {
      return std::nullopt;
    }
    return parameters.get("name");
  }
  return std::nullopt;
}

bool addPart(std::string_view part, token::Json& form) {
  // A part without headers starts with the empty line itself.
  const std::optional<std::string_view> head = takeUntil("\r\n\r\n", part);
  if (!head) {
    return false;
  }
  const std::optional<std::string> name = nameOfPart(*head);
  return name && addField(*name, std::string(part), form);
}

}  // namespace

std::optional<std::string> decodeFormText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t plain =
        token::runLength(text, [](unsigned char byte) { return (byte != '%') & (byte != '+'); });
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) {
      return out;
    }
    if (text.front() == '+') {
      out.push_back(' ');
      text.remove_prefix(1);
      continue;
    }
    unsigned value = 0;
    if (text.size() < 3) {
      return std::nullopt;
    }
    const char* digits = text.data() + 1;
    if (const auto [end, error] = std::from_chars(digits, digits + 2, value, 16);
        error != std::errc{} || end != digits + 2) {
      return std::nullopt;
    }
    out.push_back(static_cast<char>(value));
    text.remove_prefix(3);
  }
}

std::optional<token::Json> parseUrlEncodedForm(std::string_view body) {
  token::Json form;
  form.type = token::Json::Type::Object;
  while (!body.empty()) {
    const std::string_view pair = takeUntilOrRest("&", body);
    if (pair.empty()) {
      continue;
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::optional<std::string> name = decodeFormText(pair.substr(0, equals));
    std::optional<std::string> value =
        decodeFormText(equals == pair.size() ? std::string_view() : pair.substr(equals + 1));
    if (!name || !value || !addField(*std::move(name), *std::move(value), form)) {
      return std::nullopt;
    }
  }
  return withoutRepeatedName(std::move(form));
}

std::optional<token::Json> parseMultipartForm(std::string_view body, std::string_view boundary) {
  token::Json form;
  form.type = token::Json::Type::Object;
  const std::string delimiter = "--" + std::string(boundary);
  if (!body.starts_with(delimiter)) {
    return std::nullopt;
  }
  body.remove_prefix(delimiter.size());
  while (!body.starts_with("--")) {
    if (!body.starts_with("\r\n")) {
      return std::nullopt;
    }
    body.remove_prefix(2);
    const std::optional<std::string_view> part = takeUntil("\r\n" + delimiter, body);
    if (!part || !addPart(*part, form)) {
      return std::nullopt;
    }
  }
  body.remove_prefix(2);
  return body.empty() || body == "\r\n" ? withoutRepeatedName(std::move(form)) : std::nullopt;
}

}  // namespace token_service::http
