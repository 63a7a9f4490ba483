#include "http/token_endpoints.hpp"

#include "http/bearer.hpp"
#include "http/body.hpp"
#include "http/error_mapping.hpp"

namespace token_service::http {
namespace {

Response json(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::string pairJson(const session::TokenPair& tokens) {
  const std::string refresh =
      tokens.refresh.empty() ? "" : "\"refresh\":\"" + tokens.refresh + "\",";
  return "{" + refresh + "\"access\":\"" + tokens.access + "\"}";
}

// A refusal of a bearer token says which scheme is expected (RFC 6750 section 3).
Response bearerFailure(Failure kind) {
  Response response = failure(kind);
  response.headers.emplace_back("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  return response;
}

}  // namespace

GenTokensEndpoint::GenTokensEndpoint(session::SessionService& sessions,
                                     const ServiceSecrets& secrets)
    : sessions_(sessions), secrets_(secrets) {}

Response GenTokensEndpoint::handle(const Request& request, const std::vector<std::string>&) {
  const std::optional<std::string> caller =
      secrets_.nameOf(request.service_secret, Operation::Issue);
  if (!caller) {
    return failure(Failure::UnauthorizedRequest);
  }
  Body body;
  if (const std::optional<Failure> bad = Body::parse(request, body)) {
    return failure(*bad);
  }
  const Field<UserId> id = body.userId();
  const Field<std::string> username = body.username();
  if (id.missing() || username.missing()) {
    return failure(Failure::UsernameAndIdRequired);
  }
  const Field<std::string> client_ip = body.clientIp();
  const Field<std::string> user_agent = body.userAgent();
  if (id.invalid() || username.invalid() || client_ip.invalid() || user_agent.invalid()) {
    return failure(Failure::InvalidRequest);
  }
  const session::Client client{*caller, client_ip.value, user_agent.value};
  const session::TokenPair pair =
      sessions_.issue(id.value.number, username.value, client, request.deadline);
  return json(201, "{\"id\":" + id.value.json + "," + pairJson(pair).substr(1));
}

RefreshEndpoint::RefreshEndpoint(session::SessionService& sessions) : sessions_(sessions) {}

Response RefreshEndpoint::handle(const Request& request, const std::vector<std::string>&) {
  Body body;
  if (const std::optional<Failure> bad = Body::parse(request, body)) {
    return failure(*bad);
  }
  const Field<UserId> id = body.userId();
  const std::optional<std::string_view> token = bearerToken(request.authorization);
  if (!token) {
    return failure(Failure::RefreshTokenRequired);
  }
  if (id.missing()) {
    return failure(Failure::UserIdRequired);
  }
  if (id.invalid()) {
    return failure(Failure::InvalidRequest);
  }
  const session::RefreshResult result =
      sessions_.refresh(*token, id.value.number, request.deadline);
  switch (result.outcome) {
    case session::RefreshOutcome::Refreshed:
      return json(200, pairJson(result.tokens));
    case session::RefreshOutcome::InvalidToken:
      return bearerFailure(Failure::InvalidToken);
    case session::RefreshOutcome::UserNotFound:
      return failure(Failure::UserNotFound);
  }
  return failure(Failure::Internal);
}

ValidateTokenEndpoint::ValidateTokenEndpoint(session::SessionService& sessions,
                                             const ServiceSecrets& secrets)
    : sessions_(sessions), secrets_(secrets) {}

front::Placement ValidateTokenEndpoint::placement() const {
  return {sessions_.answersAtOnce(), front::LaneName::Lookup};
}

Response ValidateTokenEndpoint::handle(const Request& request, const std::vector<std::string>&) {
  Body body;
  if (const std::optional<Failure> bad = Body::parse(request, body)) {
    return failure(*bad);
  }
  if (!body.isFrontend() && !secrets_.nameOf(request.service_secret, Operation::Validate)) {
    return failure(Failure::UnauthorizedRequest);
  }
  const Field<UserId> id = body.userId();
  const Field<std::string> access = body.accessToken();
  if (access.missing()) {
    return failure(Failure::InvalidToken);
  }
  if (id.invalid() || access.invalid()) {
    return failure(Failure::InvalidRequest);
  }
  const std::optional<std::int64_t> user_id =
      id.missing() ? std::nullopt : std::optional(id.value.number);
  switch (sessions_.validate(access.value, user_id, request.deadline, request.shared)) {
    case session::ValidateOutcome::Valid:
      return json(200, "{\"access_token\":\"Valid token\"}");
    case session::ValidateOutcome::InvalidToken:
      return failure(Failure::InvalidToken);
    case session::ValidateOutcome::Mismatch:
      return failure(Failure::TokenMismatch);
    case session::ValidateOutcome::WouldWait:
      return wouldWait();
  }
  return failure(Failure::Internal);
}

InvalidateTokensEndpoint::InvalidateTokensEndpoint(session::SessionService& sessions,
                                                   const ServiceSecrets& secrets)
    : sessions_(sessions), secrets_(secrets) {}

Response InvalidateTokensEndpoint::handle(const Request& request, const std::vector<std::string>&) {
  Body body;
  if (const std::optional<Failure> bad = Body::parse(request, body)) {
    return failure(*bad);
  }
  const bool trusted = secrets_.nameOf(request.service_secret, Operation::Invalidate).has_value();
  if (!trusted && !body.isFrontend()) {
    return failure(Failure::UnauthorizedRequest);
  }
  const Field<UserId> id = body.userId();
  const Field<std::string> access = body.accessToken();
  if (id.missing() || access.missing()) {
    return failure(Failure::AccessTokenAndIdRequired);
  }
  if (id.invalid() || access.invalid()) {
    return failure(Failure::InvalidRequest);
  }
  switch (sessions_.invalidate(access.value, id.value.number, trusted, request.deadline)) {
    case session::InvalidateOutcome::LoggedOut:
      return json(200, "{\"detail\":\"User logged out\"}");
    case session::InvalidateOutcome::InvalidToken:
      return failure(Failure::InvalidToken);
    case session::InvalidateOutcome::Mismatch:
      return failure(Failure::TokenMismatch);
    case session::InvalidateOutcome::NotLoggedIn:
      return failure(Failure::NotLoggedIn);
  }
  return failure(Failure::Internal);
}

}  // namespace token_service::http
