#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::token {

enum class TokenType { Access, Refresh };

std::string_view nameOf(TokenType type);

// The claims of our tokens (RFC 7519 section 4; `token_type` and `user_id` as simplejwt names
// them).
struct Claims {
  TokenType type = TokenType::Access;
  std::int64_t user_id = 0;
  std::string jti;
  std::string sid;
  std::chrono::sys_seconds iat{};
  std::chrono::sys_seconds exp{};
  std::optional<std::chrono::sys_seconds> nbf;
  std::string iss;
  std::vector<std::string> aud;
  // Who asked for the token (RFC 9068 section 2.2). Empty: not said.
  std::string client_id;
};

std::string encodeClaims(const Claims& claims);

// The claims, or none if one that we need is missing or any has a wrong type or range. `sub`, where
// present, is the user's id. Times are whole seconds from 1970 to the year 9999.
std::optional<Claims> parseClaims(std::string_view json);

}  // namespace token_service::token
