#pragma once

#include "log/logger.hpp"
#include "session/clock.hpp"
#include "session/random.hpp"
#include "session/token_data.hpp"
#include "token/key_ring.hpp"
#include "token/token.hpp"
#include "token_service/sdk/store.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace token_service::session {

struct Policy {
  std::string issuer;
  std::optional<std::string> audience;
  std::chrono::seconds access_lifetime{};
  std::chrono::seconds refresh_lifetime{};
  std::chrono::seconds leeway{};
  std::int64_t max_sessions_per_user = 0;
  // Only the newest access token of a session counts (`access.validity: latest`).
  bool latest_access_only = false;
};

struct TokenPair {
  std::string refresh;
  std::string access;
};

enum class RefreshOutcome { Refreshed, InvalidToken, UserNotFound };

struct RefreshResult {
  RefreshOutcome outcome;
  // The new access token (Refreshed).
  std::string access;
};

enum class ValidateOutcome { Valid, InvalidToken, Mismatch };

enum class InvalidateOutcome { LoggedOut, InvalidToken, Mismatch, NotLoggedIn };

// The rules of sessions: when one begins, what keeps it alive and what ends it. Knows neither HTTP
// nor SQL. Safe for use from many threads at once; what it is given outlives it.
//
// Every operation throws sdk::Error as the signers and the store do. Every write goes sign, store,
// answer: a failing signer stores nothing, and nothing is answered before it is durable.
class SessionService {
 public:
  SessionService(Policy policy, const token::KeyRing& access_keys,
                 const token::KeyRing& refresh_keys, sdk::Store& store, const Clock& clock,
                 Random& random, log::Logger& logger);

  // Begins a session; the oldest sessions beyond the limit end.
  TokenPair issue(std::int64_t user_id, std::string_view username, sdk::Deadline deadline);

  // A new access token for the session of a refresh token.
  RefreshResult refresh(std::string_view refresh_token, std::int64_t user_id,
                        sdk::Deadline deadline);

  // Whether an access token is good, is the user's, and belongs to a live session. Without a
  // `user_id` a good token is a mismatch.
  ValidateOutcome validate(std::string_view access_token, std::optional<std::int64_t> user_id,
                           sdk::Deadline deadline);

  // Ends every session of the user. A `trusted` caller may present anybody's good access token;
  // any other one a token of a live session of that user.
  InvalidateOutcome invalidate(std::string_view access_token, std::int64_t user_id, bool trusted,
                               sdk::Deadline deadline);

 private:
  token::Claims claimsFor(token::TokenType type, std::int64_t user_id, std::string_view sid,
                          std::chrono::sys_seconds iat, std::chrono::sys_seconds exp);
  std::optional<token::Claims> verify(std::string_view token, token::TokenType type,
                                      sdk::Deadline deadline) const;
  // What the session remembers. Damaged data make the session as good as ended: logged, since it is
  // a fault of ours.
  std::optional<TokenData> dataOf(const sdk::Session& session) const;
  bool hasSessions(std::int64_t user_id, sdk::Deadline deadline);

  Policy policy_;
  const token::KeyRing& access_keys_;
  const token::KeyRing& refresh_keys_;
  sdk::Store& store_;
  const Clock& clock_;
  Random& random_;
  log::Logger& logger_;
};

}  // namespace token_service::session
