#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace token_service::session {

// What a session remembers of one of its two present tokens; never the token itself.
struct TokenRecord {
  std::string jti;
  std::string kid;
  std::chrono::sys_seconds iat{};
  std::chrono::sys_seconds exp{};
};

// The content of a session's `token_data`.
struct TokenData {
  TokenRecord refresh;
  TokenRecord access;
  // When the user last logged in or refreshed with this session.
  std::chrono::sys_seconds used_at{};
};

std::string encodeTokenData(const TokenData& data);

// None if `json` is not what `encodeTokenData` makes; unknown members are ignored.
std::optional<TokenData> parseTokenData(std::string_view json);

}  // namespace token_service::session
