#include "session/session_service.hpp"

#include "token_service/sdk/error.hpp"

#include <algorithm>
#include <utility>

namespace token_service::session {
namespace {

using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using token::Claims;
using token::KeyRing;
using token::KeyRings;
using token::TokenType;

const KeyRing& ringFor(TokenType type, const KeyRings& keys) {
  return type == TokenType::Access ? keys.access : keys.refresh;
}

// Remembers that the present refresh token is retired now, and forgets whom the grace period helps
// no more.
void retirePresent(TokenData& data, std::chrono::milliseconds grace, sdk::Time now) {
  std::erase_if(data.retired, [&](const RetiredToken& token) { return token.at + grace <= now; });
  data.retired.push_back({data.refresh.jti, now});
  if (data.retired.size() > kMaxRetiredTokens) {
    data.retired.erase(data.retired.begin());
  }
}

bool isJustRetired(const TokenData& data, std::string_view jti, std::chrono::milliseconds grace,
                   sdk::Time now) {
  return std::any_of(data.retired.begin(), data.retired.end(), [&](const RetiredToken& token) {
    return token.jti == jti && now < token.at + grace;
  });
}

}  // namespace

SessionService::SessionService(Policy policy, const token::KeySource& keys, sdk::Store& store,
                               const Clock& clock, Random& random, log::Logger& logger)
    : policy_(std::move(policy)),
      keys_(keys),
      store_(store),
      lookup_(store, policy_.max_staleness),
      clock_(clock),
      random_(random),
      logger_(logger) {}

TokenPair SessionService::issue(std::int64_t user_id, std::string_view username,
                                const Client& client, sdk::Deadline deadline) {
  const std::shared_ptr<const KeyRings> keys = keys_.current();
  const sdk::Time now = clock_.now();
  const sys_seconds iat = floor<seconds>(now);
  sdk::Session session;
  session.user_id = user_id;
  session.id = random_.identifier();
  session.username = username;
  session.created_at = now;

  TokenData data;
  data.used_at = iat;
  data.client_id = client.id;
  data.client_ip = client.ip;
  data.user_agent = client.user_agent;
  data.refresh =
      newRecord(iat, iat + std::min(policy_.refresh_lifetime, policy_.absolute_lifetime));
  const sys_seconds end = endOf(data.refresh.exp, iat);
  data.access = newRecord(iat, std::min(iat + policy_.access_lifetime, end));
  TokenPair pair;
  inTurn(*keys, deadline, [&] {
    pair.refresh = sign(TokenType::Refresh, session, data.refresh, data, *keys, now, deadline);
    pair.access = sign(TokenType::Access, session, data.access, data, *keys, now, deadline);
  });

  session.token_data = encodeTokenData(data);
  session.expires_at = end + policy_.leeway;
  const SessionLookup::Change change(lookup_, user_id);
  store_.create(session, policy_.max_sessions_per_user, now, deadline);
  return pair;
}

RefreshResult SessionService::refresh(std::string_view refresh_token,
                                      std::optional<std::int64_t> user_id, sdk::Deadline deadline) {
  const std::shared_ptr<const KeyRings> keys = keys_.current();
  const std::optional<Claims> presented =
      verify(refresh_token, TokenType::Refresh, *keys, clock_.now(), deadline);
  if (!presented || (user_id && presented->user_id != *user_id)) {
    return {RefreshOutcome::InvalidToken, {}, {}};
  }
  // Somebody else's refresh of the same session may come between: then all is decided again.
  while (std::chrono::steady_clock::now() < deadline) {
    const sdk::Time now = clock_.now();
    const std::optional<sdk::Session> session =
        store_.find(presented->user_id, presented->sid, now, deadline);
    if (!session) {
      return {hasSessions(presented->user_id, deadline) ? RefreshOutcome::InvalidToken
                                                        : RefreshOutcome::UserNotFound,
              {},
              {}};
    }
    std::optional<TokenData> data = dataOf(*session);
    if (!data) {
      return {RefreshOutcome::InvalidToken, {}, {}};
    }
    if (data->refresh.jti == presented->jti) {
      std::optional<RefreshResult> result = renew(*session, *std::move(data), *keys, now, deadline);
      if (result) {
        return *std::move(result);
      }
      continue;
    }
    if (isJustRetired(*data, presented->jti, policy_.reuse_grace, now)) {
      return presentPair(*session, *std::move(data), *keys, now, deadline);
    }
    if (policy_.rotation) {
      endStolen(*session, now, deadline);
    }
    return {RefreshOutcome::InvalidToken, {}, {}};
  }
  throw sdk::Error(sdk::ErrorCode::Unavailable, "the session changed too often to refresh it");
}

std::optional<RefreshResult> SessionService::renew(const sdk::Session& session, TokenData data,
                                                   const KeyRings& keys, sdk::Time now,
                                                   sdk::Deadline deadline) {
  const sys_seconds iat = floor<seconds>(now);
  RefreshResult result{RefreshOutcome::Refreshed, {}, {}};
  if (policy_.rotation) {
    retirePresent(data, policy_.reuse_grace, now);
    const sys_seconds latest = floor<seconds>(session.created_at) + policy_.absolute_lifetime;
    data.refresh = newRecord(iat, std::min(iat + policy_.refresh_lifetime, latest));
  }
  const sys_seconds end = endOf(data.refresh.exp, iat);
  data.used_at = iat;
  data.access = newRecord(iat, std::min(iat + policy_.access_lifetime, end));
  inTurn(keys, deadline, [&] {
    if (policy_.rotation) {
      result.tokens.refresh =
          sign(TokenType::Refresh, session, data.refresh, data, keys, now, deadline);
    }
    result.tokens.access = sign(TokenType::Access, session, data.access, data, keys, now, deadline);
  });
  result.access_lifetime = std::max(data.access.exp - iat, seconds(0));

  sdk::Session next = session;
  next.token_data = encodeTokenData(data);
  next.expires_at = end + policy_.leeway;
  const SessionLookup::Change change(lookup_, session.user_id);
  if (store_.replace(session.version, next, now, deadline) != sdk::ReplaceResult::Replaced) {
    return std::nullopt;
  }
  return result;
}

RefreshResult SessionService::presentPair(const sdk::Session& session, TokenData data,
                                          const KeyRings& keys, sdk::Time now,
                                          sdk::Deadline deadline) const {
  RefreshResult result{RefreshOutcome::Refreshed, {}, {}};
  inTurn(keys, deadline, [&] {
    result.tokens.refresh =
        sign(TokenType::Refresh, session, data.refresh, data, keys, now, deadline);
    result.tokens.access = sign(TokenType::Access, session, data.access, data, keys, now, deadline);
  });
  result.access_lifetime = std::max(data.access.exp - floor<seconds>(now), seconds(0));
  return result;
}

void SessionService::endStolen(const sdk::Session& session, sdk::Time now, sdk::Deadline deadline) {
  if (!endOne(session.user_id, session.id, now, deadline)) {
    return;
  }
  const std::uint64_t count = ++reuses_;
  logger_.warning("a refresh token that was replaced before came again: the session has ended",
                  {{"user_id", std::to_string(session.user_id)},
                   {"session_id", session.id},
                   {"since_start", std::to_string(count)}});
}

ValidateOutcome SessionService::validate(std::string_view access_token,
                                         std::optional<std::int64_t> user_id,
                                         sdk::Deadline deadline, SharedLookup* shared) {
  const sdk::Time now = clock_.now();
  const std::optional<Claims> claims =
      verify(access_token, TokenType::Access, *keys_.current(), now, deadline);
  if (!claims) {
    return ValidateOutcome::InvalidToken;
  }
  if (!user_id || claims->user_id != *user_id) {
    return ValidateOutcome::Mismatch;
  }
  const Finding<sdk::Session> session = lookUp(*claims, now, deadline, Freshness::Recent, shared);
  if (session.would_wait) {
    return ValidateOutcome::WouldWait;
  }
  return session.value && !isSuperseded(*claims, *session.value) ? ValidateOutcome::Valid
                                                                 : ValidateOutcome::Mismatch;
}

Finding<ActiveToken> SessionService::activeAccess(std::string_view token, sdk::Deadline deadline,
                                                  SharedLookup* shared) {
  const sdk::Time now = clock_.now();
  std::optional<Claims> claims = verify(token, TokenType::Access, *keys_.current(), now, deadline);
  return claims ? active(*std::move(claims), now, deadline, Freshness::Recent, shared)
                : Finding<ActiveToken>{};
}

Finding<ActiveToken> SessionService::activeToken(std::string_view token, sdk::Deadline deadline,
                                                 SharedLookup* shared) {
  const sdk::Time now = clock_.now();
  std::optional<Claims> claims = verifyEither(token, now, deadline);
  return claims ? active(*std::move(claims), now, deadline, Freshness::Exact, shared)
                : Finding<ActiveToken>{};
}

Finding<sdk::Session> SessionService::lookUp(const Claims& claims, sdk::Time now,
                                             sdk::Deadline deadline, Freshness freshness,
                                             SharedLookup* shared) {
  lane_.askForPause();
  return lookup_.find(claims.user_id, claims.sid, now, deadline, freshness, shared);
}

Finding<ActiveToken> SessionService::active(Claims claims, sdk::Time now, sdk::Deadline deadline,
                                            Freshness freshness, SharedLookup* shared) {
  Finding<sdk::Session> session = lookUp(claims, now, deadline, freshness, shared);
  std::optional<TokenData> data = session.value ? dataOf(*session.value) : std::nullopt;
  if (!data) {
    return {std::nullopt, session.would_wait};
  }
  const bool superseded = claims.type == TokenType::Refresh
                              ? data->refresh.jti != claims.jti
                              : policy_.latest_access_only && data->access.jti != claims.jti;
  if (superseded) {
    return {};
  }
  return {ActiveToken{std::move(claims), *std::move(session.value), *std::move(data)}};
}

InvalidateOutcome SessionService::invalidate(std::string_view access_token, std::int64_t user_id,
                                             bool trusted, sdk::Deadline deadline) {
  const sdk::Time now = clock_.now();
  const std::optional<Claims> claims =
      verify(access_token, TokenType::Access, *keys_.current(), now, deadline);
  if (!claims) {
    return InvalidateOutcome::InvalidToken;
  }
  if (!trusted) {
    if (claims->user_id != user_id) {
      return InvalidateOutcome::Mismatch;
    }
    const std::optional<sdk::Session> session = store_.find(user_id, claims->sid, now, deadline);
    if (session && isSuperseded(*claims, *session)) {
      return InvalidateOutcome::Mismatch;
    }
    if (!session) {
      return hasSessions(user_id, deadline) ? InvalidateOutcome::Mismatch
                                            : InvalidateOutcome::NotLoggedIn;
    }
  }
  return endAll(user_id, deadline) > 0 ? InvalidateOutcome::LoggedOut
                                       : InvalidateOutcome::NotLoggedIn;
}

void SessionService::revoke(std::string_view token, sdk::Deadline deadline) {
  const sdk::Time now = clock_.now();
  const std::optional<Claims> claims = verifyEither(token, now, deadline);
  if (!claims) {
    return;
  }
  if (claims->type == TokenType::Access && policy_.latest_access_only) {
    const std::optional<sdk::Session> session =
        store_.find(claims->user_id, claims->sid, now, deadline);
    if (!session || isSuperseded(*claims, *session)) {
      return;
    }
  }
  endOne(claims->user_id, claims->sid, now, deadline);
}

std::vector<LiveSession> SessionService::list(std::int64_t user_id, sdk::Deadline deadline) {
  std::vector<LiveSession> sessions;
  for (sdk::Session& session : store_.list(user_id, clock_.now(), deadline)) {
    if (std::optional<TokenData> data = dataOf(session)) {
      sessions.push_back({std::move(session), *std::move(data)});
    }
  }
  return sessions;
}

bool SessionService::end(std::int64_t user_id, std::string_view session_id,
                         sdk::Deadline deadline) {
  return endOne(user_id, session_id, clock_.now(), deadline);
}

bool SessionService::endOne(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                            sdk::Deadline deadline) {
  const SessionLookup::Change change(lookup_, user_id);
  return store_.end(user_id, session_id, now, deadline);
}

std::int64_t SessionService::endAll(std::int64_t user_id, sdk::Deadline deadline) {
  const SessionLookup::Change change(lookup_, user_id);
  return store_.endAll(user_id, clock_.now(), deadline);
}

TokenRecord SessionService::newRecord(sys_seconds iat, sys_seconds exp) {
  return {random_.identifier(), {}, iat, exp};
}

sys_seconds SessionService::endOf(sys_seconds refresh_exp, sys_seconds used_at) const {
  return policy_.idle_timeout ? std::min(refresh_exp, used_at + *policy_.idle_timeout)
                              : refresh_exp;
}

void SessionService::inTurn(const KeyRings& keys, sdk::Deadline deadline,
                            const SigningLane::Work& signatures) const {
  if (keys.access.isAsymmetric() || keys.refresh.isAsymmetric()) {
    lane_.run(signatures, deadline);
  } else {
    signatures();
  }
}

std::string SessionService::sign(TokenType type, const sdk::Session& session, TokenRecord& record,
                                 const TokenData& data, const KeyRings& keys, sdk::Time now,
                                 sdk::Deadline deadline) const {
  const bool access = type == TokenType::Access;
  Claims claims;
  claims.type = type;
  claims.user_id = session.user_id;
  claims.jti = record.jti;
  claims.sid = session.id;
  claims.iat = record.iat;
  claims.exp = record.exp;
  claims.iss = policy_.issuer;
  if (policy_.audience) {
    claims.aud.push_back(*policy_.audience);
  }
  const token::HeaderType header = access ? policy_.access_header : token::HeaderType::Jwt;
  if (header == token::HeaderType::AccessToken) {
    // RFC 9068 wants one; a session from before it was kept has none.
    claims.client_id = data.client_id.empty() ? policy_.issuer : data.client_id;
  }
  const KeyRing& ring = ringFor(type, keys);
  const KeyRing::Entry* same = ring.find(record.kid, now);
  const KeyRing::Entry& key = same == nullptr ? ring.signing(now) : *same;
  token::SignedToken token = token::signToken(claims, header, key, deadline);
  record.kid = std::move(token.kid);
  return std::move(token.text);
}

std::optional<Claims> SessionService::verify(std::string_view token, TokenType type,
                                             const KeyRings& keys, sdk::Time now,
                                             sdk::Deadline deadline) const {
  token::Expectation expectation;
  expectation.type = type;
  expectation.issuer = policy_.issuer;
  expectation.leeway = policy_.leeway;
  if (policy_.audience) {
    expectation.audience = *policy_.audience;
  }
  if (type == TokenType::Access) {
    expectation.header = policy_.access_header;
  }
  return token::verifyToken(token, expectation, ringFor(type, keys), now, deadline);
}

std::optional<Claims> SessionService::verifyEither(std::string_view token, sdk::Time now,
                                                   sdk::Deadline deadline) const {
  const std::shared_ptr<const KeyRings> keys = keys_.current();
  std::optional<Claims> claims = verify(token, TokenType::Access, *keys, now, deadline);
  return claims ? claims : verify(token, TokenType::Refresh, *keys, now, deadline);
}

bool SessionService::isSuperseded(const Claims& access, const sdk::Session& session) const {
  if (!policy_.latest_access_only) {
    return false;
  }
  const std::optional<TokenData> data = dataOf(session);
  return !data || data->access.jti != access.jti;
}

std::optional<TokenData> SessionService::dataOf(const sdk::Session& session) const {
  std::optional<TokenData> data = parseTokenData(session.token_data);
  if (!data) {
    logger_.error("the stored data of a session are damaged",
                  {{"user_id", std::to_string(session.user_id)}, {"session_id", session.id}});
  }
  return data;
}

bool SessionService::hasSessions(std::int64_t user_id, sdk::Deadline deadline) {
  return !store_.list(user_id, clock_.now(), deadline).empty();
}

}  // namespace token_service::session
