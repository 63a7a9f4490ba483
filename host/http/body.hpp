#pragma once

#include "http/error_mapping.hpp"
#include "http/message.hpp"
#include "token/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace token_service::http {

// A field that may be absent, present with a usable value, or present with an unusable one.
template <typename Value>
struct Field {
  enum class State { Missing, Invalid, Good };

  State state = State::Missing;
  Value value{};

  bool missing() const { return state == State::Missing; }
  bool invalid() const { return state == State::Invalid; }
};

struct UserId {
  std::int64_t number = 0;
  // As it came: `7` or `"7"`.
  std::string json;
};

// The fields of a request's body, whichever of the three encodings it came in.
class Body {
 public:
  // Reads application/json, application/x-www-form-urlencoded or multipart/form-data. Gives
  // UnsupportedMediaType or InvalidRequest if the body is none of them or malformed.
  static std::optional<Failure> parse(const Request& request, Body& out);

  // `id`: a whole number or digits, 1 ... 2^63-1. An empty text is missing.
  Field<UserId> userId() const;

  // `username`: 1 ... 255 characters, none of them control characters, not only white space. An
  // empty text is missing.
  Field<std::string> username() const;

  // `access`: any text. An empty one is missing.
  Field<std::string> accessToken() const;

  // `client_ip`: an IPv4 or IPv6 literal, in its canonical spelling. An empty text is missing.
  Field<std::string> clientIp() const;

  // `user_agent`: the first 512 characters of a text without control characters. An empty text is
  // missing.
  Field<std::string> userAgent() const;

  // Any field that is a text. An empty one is missing.
  Field<std::string> text(std::string_view name) const;

  // Whether there is a field of that name, usable or not.
  bool has(std::string_view name) const { return fields_.find(name) != nullptr; }

  // `is_frontend`: JSON `true`, or in a form `true`, `True` or `1`.
  bool isFrontend() const;

 private:
  // JSON's null is as good as nothing.
  Field<std::string> optionalText(std::string_view name) const;

  token::Json fields_;
  bool is_form_ = false;
};

}  // namespace token_service::http
