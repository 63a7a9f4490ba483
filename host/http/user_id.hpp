#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace token_service::http {

// The user's id that these digits are, 1 ... 2^63-1; none with a sign, white space or anything
// else.
inline std::optional<std::int64_t> userIdOf(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool good = error == std::errc{} && end == digits.data() + digits.size() && value >= 1;
  return good ? std::optional(value) : std::nullopt;
}

}  // namespace token_service::http
