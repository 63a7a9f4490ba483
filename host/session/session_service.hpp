#pragma once

#include "log/logger.hpp"
#include "session/clock.hpp"
#include "session/random.hpp"
#include "session/session_lookup.hpp"
#include "session/signing_lane.hpp"
#include "session/token_data.hpp"
#include "token/key_source.hpp"
#include "token/token.hpp"
#include "token_service/sdk/store.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace token_service::session {

struct Policy {
  std::string issuer;
  std::optional<std::string> audience;
  std::chrono::seconds access_lifetime{};
  std::chrono::seconds refresh_lifetime{};
  std::chrono::seconds leeway{};
  // Of access tokens (`tokens.profile`).
  token::HeaderType access_header = token::HeaderType::Jwt;
  // Only the newest access token of a session counts (`access.validity: latest`).
  bool latest_access_only = false;
  // Each use of a refresh token retires it and gives a new one (`refresh.rotation`).
  bool rotation = false;
  // For how long a retired refresh token is answered with the session's present pair.
  std::chrono::milliseconds reuse_grace{};
  std::int64_t max_sessions_per_user = 0;
  // A session that is not used for so long ends. None: only `absolute_lifetime` counts.
  std::optional<std::chrono::seconds> idle_timeout;
  // No session lives longer, however often it is used.
  std::chrono::seconds absolute_lifetime{};
  // `validate` and `activeAccess` may answer with a session as it was so long ago, where another
  // process changed it since (`validation.max_staleness`).
  std::chrono::milliseconds max_staleness{};
};

// Who asks for a log-in, and for whom: for the user to recognise the session by.
struct Client {
  // The name of the caller's service secret.
  std::string id;
  // Empty if the caller does not say.
  std::string ip;
  std::string user_agent;
};

struct TokenPair {
  std::string refresh;
  std::string access;
};

enum class RefreshOutcome { Refreshed, InvalidToken, UserNotFound };

struct RefreshResult {
  RefreshOutcome outcome;
  // What the caller uses from now on (Refreshed). `refresh` is empty if it keeps the token it has.
  TokenPair tokens;
  // How long the access token is good.
  std::chrono::seconds access_lifetime{};
};

// WouldWait: with the deadline kAtOnce, nothing can be said yet.
enum class ValidateOutcome { Valid, InvalidToken, Mismatch, WouldWait };

enum class InvalidateOutcome { LoggedOut, InvalidToken, Mismatch, NotLoggedIn };

// A good token and the live session it belongs to.
struct ActiveToken {
  token::Claims claims;
  sdk::Session session;
  TokenData data;
};

struct LiveSession {
  sdk::Session session;
  TokenData data;
};

// The rules of sessions: when one begins, what keeps it alive and what ends it. Knows neither HTTP
// nor SQL. Safe for use from many threads at once; what it is given outlives it.
//
// Every operation throws sdk::Error as the signers and the store do. With the deadline kAtOnce,
// `validate`, `activeAccess` and `activeToken` say that they would wait instead of waiting for the
// store; see SharedLookup for how they may wait together. Every write goes sign, store, answer: a
// failing signer stores nothing, and nothing is answered before it is durable.
class SessionService {
 public:
  SessionService(Policy policy, const token::KeySource& keys, sdk::Store& store, const Clock& clock,
                 Random& random, log::Logger& logger);

  // Begins a session; the oldest sessions beyond the limit end.
  TokenPair issue(std::int64_t user_id, std::string_view username, const Client& client,
                  sdk::Deadline deadline);

  // A new access token for the session of a refresh token and, with rotation, a new refresh token.
  // A refresh token that was retired within the grace period gets the session's present pair, the
  // same bytes for all who ask. One retired before is stolen: its session ends, which is logged and
  // counted. With a `user_id` the token must be that user's.
  RefreshResult refresh(std::string_view refresh_token, std::optional<std::int64_t> user_id,
                        sdk::Deadline deadline);

  // Whether an access token is good, is the user's, and belongs to a live session. Without a
  // `user_id` a good token is a mismatch.
  ValidateOutcome validate(std::string_view access_token, std::optional<std::int64_t> user_id,
                           sdk::Deadline deadline, SharedLookup* shared = nullptr);

  // The access token, if it would be accepted now. Changes nothing.
  Finding<ActiveToken> activeAccess(std::string_view token, sdk::Deadline deadline,
                                    SharedLookup* shared = nullptr);

  // The same for a token of either kind; of refresh tokens only a session's present one is active.
  Finding<ActiveToken> activeToken(std::string_view token, sdk::Deadline deadline,
                                   SharedLookup* shared = nullptr);

  // Ends every session of the user. A `trusted` caller may present anybody's good access token;
  // any other one a token of a live session of that user.
  InvalidateOutcome invalidate(std::string_view access_token, std::int64_t user_id, bool trusted,
                               sdk::Deadline deadline);

  // Ends the session of a good token of either kind, a retired one, too; whatever else is presented
  // changes nothing.
  void revoke(std::string_view token, sdk::Deadline deadline);

  // The user's live sessions, newest first.
  std::vector<LiveSession> list(std::int64_t user_id, sdk::Deadline deadline);

  // Ends one session; false if it was not live.
  bool end(std::int64_t user_id, std::string_view session_id, sdk::Deadline deadline);

  // Ends all sessions of the user; gives how many were live.
  std::int64_t endAll(std::int64_t user_id, sdk::Deadline deadline);

  // How many stolen refresh tokens were presented since the start.
  std::uint64_t reuses() const { return reuses_; }

  // Whether `validate` and `activeAccess` often succeed with the deadline kAtOnce.
  bool answersAtOnce() const { return lookup_.hasMemory(); }

  // How many look-ups are best carried out together.
  std::size_t lookupsAtOnce() const { return store_.lookupsAtOnce(); }

  // Finds out what each of at most lookupsAtOnce() look-ups is for.
  void findTogether(std::span<SharedLookup* const> lookups, sdk::Deadline deadline) {
    lookup_.findTogether(lookups, deadline);
  }

 private:
  TokenRecord newRecord(std::chrono::sys_seconds iat, std::chrono::sys_seconds exp);
  // When a session ends that was last used then.
  std::chrono::sys_seconds endOf(std::chrono::sys_seconds refresh_exp,
                                 std::chrono::sys_seconds used_at) const;
  // Makes the signatures of one request; if a key is asymmetric, when there is a core for it.
  void inTurn(const token::KeyRings& keys, sdk::Deadline deadline,
              const SigningLane::Work& signatures) const;
  // The token that `record` stands for, signed with the key that it names if that is still there;
  // else with the one whose time it is, which `record` names from then on.
  std::string sign(token::TokenType type, const sdk::Session& session, TokenRecord& record,
                   const TokenData& data, const token::KeyRings& keys, sdk::Time now,
                   sdk::Deadline deadline) const;
  std::optional<token::Claims> verify(std::string_view token, token::TokenType type,
                                      const token::KeyRings& keys, sdk::Time now,
                                      sdk::Deadline deadline) const;
  std::optional<token::Claims> verifyEither(std::string_view token, sdk::Time now,
                                            sdk::Deadline deadline) const;
  // For whoever is waiting for an answer: signatures make room for it.
  Finding<sdk::Session> lookUp(const token::Claims& claims, sdk::Time now, sdk::Deadline deadline,
                               Freshness freshness, SharedLookup* shared);
  Finding<ActiveToken> active(token::Claims claims, sdk::Time now, sdk::Deadline deadline,
                              Freshness freshness, SharedLookup* shared);

  // The next tokens of the session, or none if it has changed meanwhile.
  std::optional<RefreshResult> renew(const sdk::Session& session, TokenData data,
                                     const token::KeyRings& keys, sdk::Time now,
                                     sdk::Deadline deadline);
  RefreshResult presentPair(const sdk::Session& session, TokenData data,
                            const token::KeyRings& keys, sdk::Time now,
                            sdk::Deadline deadline) const;
  bool endOne(std::int64_t user_id, std::string_view session_id, sdk::Time now,
              sdk::Deadline deadline);
  void endStolen(const sdk::Session& session, sdk::Time now, sdk::Deadline deadline);

  // Whether a later access token of the session has taken its place, where only the newest counts.
  bool isSuperseded(const token::Claims& access, const sdk::Session& session) const;

  // What the session remembers. Damaged data make the session as good as ended: logged, since it is
  // a fault of ours.
  std::optional<TokenData> dataOf(const sdk::Session& session) const;
  bool hasSessions(std::int64_t user_id, sdk::Deadline deadline);

  Policy policy_;
  const token::KeySource& keys_;
  sdk::Store& store_;
  SessionLookup lookup_;
  // Of both signers: they share the cores.
  mutable SigningLane lane_{std::max(1U, std::thread::hardware_concurrency())};
  const Clock& clock_;
  Random& random_;
  log::Logger& logger_;
  std::atomic<std::uint64_t> reuses_ = 0;
};

}  // namespace token_service::session
