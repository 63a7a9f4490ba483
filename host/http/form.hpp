#pragma once

#include "token/json.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace token_service::http {

// One name or value of application/x-www-form-urlencoded, decoded; none if a `%` stands without two
// hexadecimal digits.
std::optional<std::string> decodeFormText(std::string_view text);

// Both give the form's fields as an object of texts, or none if the form is malformed, repeats a
// name or is not UTF-8.

// application/x-www-form-urlencoded (WHATWG URL, section 5.1), but a `%` without two hexadecimal
// digits is malformed.
std::optional<token::Json> parseUrlEncodedForm(std::string_view body);

// multipart/form-data (RFC 7578). Parts that are files are read like any other field.
std::optional<token::Json> parseMultipartForm(std::string_view body, std::string_view boundary);

}  // namespace token_service::http
