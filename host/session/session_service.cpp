#include "session/session_service.hpp"

#include "session/token_data.hpp"
#include "token_service/sdk/error.hpp"

#include <algorithm>
#include <utility>

namespace token_service::session {
namespace {

using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using token::Claims;
using token::TokenType;

TokenRecord recordOf(const Claims& claims, std::string kid) {
  return {claims.jti, std::move(kid), claims.iat, claims.exp};
}

}  // namespace

SessionService::SessionService(Policy policy, const token::KeyRing& access_keys,
                               const token::KeyRing& refresh_keys, sdk::Store& store,
                               const Clock& clock, Random& random, log::Logger& logger)
    : policy_(std::move(policy)),
      access_keys_(access_keys),
      refresh_keys_(refresh_keys),
      store_(store),
      clock_(clock),
      random_(random),
      logger_(logger) {}

TokenPair SessionService::issue(std::int64_t user_id, std::string_view username,
                                sdk::Deadline deadline) {
  const sdk::Time now = clock_.now();
  const sys_seconds iat = floor<seconds>(now);
  const std::string sid = random_.identifier();
  const Claims refresh =
      claimsFor(TokenType::Refresh, user_id, sid, iat, iat + policy_.refresh_lifetime);
  const Claims access = claimsFor(TokenType::Access, user_id, sid, iat,
                                  std::min(iat + policy_.access_lifetime, refresh.exp));
  token::SignedToken refresh_token = token::signToken(refresh, refresh_keys_, now, deadline);
  token::SignedToken access_token = token::signToken(access, access_keys_, now, deadline);

  sdk::Session session;
  session.user_id = user_id;
  session.id = sid;
  session.username = username;
  session.token_data = encodeTokenData({recordOf(refresh, std::move(refresh_token.kid)),
                                        recordOf(access, std::move(access_token.kid)), iat});
  session.created_at = now;
  // As long as its refresh token is good.
  session.expires_at = refresh.exp + policy_.leeway;
  store_.create(session, policy_.max_sessions_per_user, now, deadline);
  return {std::move(refresh_token.text), std::move(access_token.text)};
}

RefreshResult SessionService::refresh(std::string_view refresh_token, std::int64_t user_id,
                                      sdk::Deadline deadline) {
  const std::optional<Claims> presented = verify(refresh_token, TokenType::Refresh, deadline);
  if (!presented || presented->user_id != user_id) {
    return {RefreshOutcome::InvalidToken, {}};
  }
  // Somebody else's refresh of the same session may come between: then all is decided again.
  while (std::chrono::steady_clock::now() < deadline) {
    const sdk::Time now = clock_.now();
    std::optional<sdk::Session> session = store_.find(user_id, presented->sid, now, deadline);
    if (!session) {
      return {hasSessions(user_id, deadline) ? RefreshOutcome::InvalidToken
                                             : RefreshOutcome::UserNotFound,
              {}};
    }
    std::optional<TokenData> data = dataOf(*session);
    if (!data || data->refresh.jti != presented->jti) {
      return {RefreshOutcome::InvalidToken, {}};
    }
    const sys_seconds iat = floor<seconds>(now);
    const Claims access = claimsFor(TokenType::Access, user_id, presented->sid, iat,
                                    std::min(iat + policy_.access_lifetime, data->refresh.exp));
    token::SignedToken access_token = token::signToken(access, access_keys_, now, deadline);
    data->access = recordOf(access, std::move(access_token.kid));
    data->used_at = iat;
    session->token_data = encodeTokenData(*data);
    if (store_.replace(session->version, *session, now, deadline) == sdk::ReplaceResult::Replaced) {
      return {RefreshOutcome::Refreshed, std::move(access_token.text)};
    }
  }
  throw sdk::Error(sdk::ErrorCode::Unavailable, "the session changed too often to refresh it");
}

ValidateOutcome SessionService::validate(std::string_view access_token,
                                         std::optional<std::int64_t> user_id,
                                         sdk::Deadline deadline) {
  const std::optional<Claims> claims = verify(access_token, TokenType::Access, deadline);
  if (!claims) {
    return ValidateOutcome::InvalidToken;
  }
  if (!user_id || claims->user_id != *user_id) {
    return ValidateOutcome::Mismatch;
  }
  const std::optional<sdk::Session> session =
      store_.find(claims->user_id, claims->sid, clock_.now(), deadline);
  if (!session) {
    return ValidateOutcome::Mismatch;
  }
  if (policy_.latest_access_only) {
    const std::optional<TokenData> data = dataOf(*session);
    if (!data || data->access.jti != claims->jti) {
      return ValidateOutcome::Mismatch;
    }
  }
  return ValidateOutcome::Valid;
}

InvalidateOutcome SessionService::invalidate(std::string_view access_token, std::int64_t user_id,
                                             bool trusted, sdk::Deadline deadline) {
  const std::optional<Claims> claims = verify(access_token, TokenType::Access, deadline);
  if (!claims) {
    return InvalidateOutcome::InvalidToken;
  }
  if (!trusted) {
    if (claims->user_id != user_id) {
      return InvalidateOutcome::Mismatch;
    }
    if (!store_.find(user_id, claims->sid, clock_.now(), deadline)) {
      return hasSessions(user_id, deadline) ? InvalidateOutcome::Mismatch
                                            : InvalidateOutcome::NotLoggedIn;
    }
  }
  return store_.endAll(user_id, clock_.now(), deadline) > 0 ? InvalidateOutcome::LoggedOut
                                                            : InvalidateOutcome::NotLoggedIn;
}

Claims SessionService::claimsFor(TokenType type, std::int64_t user_id, std::string_view sid,
                                 sys_seconds iat, sys_seconds exp) {
  Claims claims;
  claims.type = type;
  claims.user_id = user_id;
  claims.jti = random_.identifier();
  claims.sid = sid;
  claims.iat = iat;
  claims.exp = exp;
  claims.iss = policy_.issuer;
  if (policy_.audience) {
    claims.aud.push_back(*policy_.audience);
  }
  return claims;
}

std::optional<Claims> SessionService::verify(std::string_view token, TokenType type,
                                             sdk::Deadline deadline) const {
  token::Expectation expectation{type, policy_.issuer, std::nullopt, policy_.leeway};
  if (policy_.audience) {
    expectation.audience = *policy_.audience;
  }
  return token::verifyToken(token, expectation,
                            type == TokenType::Access ? access_keys_ : refresh_keys_, clock_.now(),
                            deadline);
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
