#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace token_service::token {

// Takes one code point off the front of `text`, or none if it does not start with valid UTF-8
// (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::optional<char32_t> takeCodePoint(std::string_view& text);

bool isUtf8(std::string_view text);

void appendUtf8(char32_t code_point, std::string& out);

}  // namespace token_service::token
