#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::session {

// What a session remembers of one of its two present tokens; never the token itself.
struct TokenRecord {
  std::string jti;
  std::string kid;
  std::chrono::sys_seconds iat{};
  std::chrono::sys_seconds exp{};
};

// A refresh token that was redeemed and replaced a moment ago.
struct RetiredToken {
  std::string jti;
  std::chrono::sys_time<std::chrono::milliseconds> at{};
};

// The content of a session's `token_data`.
struct TokenData {
  TokenRecord refresh;
  TokenRecord access;
  // When the user last logged in or refreshed with this session.
  std::chrono::sys_seconds used_at{};
  // The newest last. Every other token of ours for this session was retired before these.
  std::vector<RetiredToken> retired;
  // Who asked for the session: the name of a service secret.
  std::string client_id;
  // Where the user is and with what, as that service said; empty if it did not.
  std::string client_ip;
  std::string user_agent;
};

inline constexpr std::size_t kMaxRetiredTokens = 8;

std::string encodeTokenData(const TokenData& data);

// None if `json` is not what `encodeTokenData` makes, in this version or an earlier one; unknown
// members are ignored.
std::optional<TokenData> parseTokenData(std::string_view json);

}  // namespace token_service::session
