#include "http/oauth_endpoints.hpp"

#include "http/basic_credentials.hpp"
#include "http/introspection.hpp"
#include "http/oauth_error.hpp"
#include "http/oauth_request.hpp"

namespace token_service::http {
namespace {

Response ok(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

std::optional<Response> checkGrantType(const Body& parameters) {
  const Field<std::string> grant_type = parameters.text("grant_type");
  if (grant_type.missing()) {
    return oauthFailure(OAuthError::InvalidRequest, "grant_type is missing");
  }
  if (grant_type.invalid()) {
    return oauthFailure(OAuthError::InvalidRequest, "grant_type is not a text");
  }
  if (grant_type.value != "refresh_token") {
    return oauthFailure(OAuthError::UnsupportedGrantType, "grant_type must be refresh_token");
  }
  return std::nullopt;
}

// RFC 6749 section 5.1.
Response granted(const session::RefreshResult& result) {
  std::string body = "{\"access_token\":\"" + result.tokens.access +
                     "\",\"token_type\":\"Bearer\",\"expires_in\":" +
                     std::to_string(result.access_lifetime.count());
  if (!result.tokens.refresh.empty()) {
    body.append(",\"refresh_token\":\"").append(result.tokens.refresh).append("\"");
  }
  Response response = ok(body + "}");
  response.headers.emplace_back("Pragma", "no-cache");
  return response;
}

}  // namespace

TokenEndpoint::TokenEndpoint(session::SessionService& sessions) : sessions_(sessions) {}

bool TokenEndpoint::admits(const Request&) const { return true; }

Response TokenEndpoint::answer(const Request& request, const Body& parameters) {
  if (std::optional<Response> refusal = checkGrantType(parameters)) {
    return *std::move(refusal);
  }
  std::string token;
  if (std::optional<Response> refusal = readToken(request, parameters, "refresh_token", token)) {
    return *std::move(refusal);
  }
  const session::RefreshResult result = sessions_.refresh(token, std::nullopt, request.deadline);
  return result.outcome == session::RefreshOutcome::Refreshed
             ? granted(result)
             : oauthFailure(OAuthError::InvalidGrant,
                            "the refresh token is invalid or expired, or its session has ended");
}

IntrospectEndpoint::IntrospectEndpoint(session::SessionService& sessions,
                                       const ServiceSecrets& secrets)
    : sessions_(sessions), secrets_(secrets) {}

Response IntrospectEndpoint::answer(const Request& request, const Body& parameters) {
  std::string token;
  if (std::optional<Response> refusal = readToken(request, parameters, "token", token)) {
    return *std::move(refusal);
  }
  const session::Finding<session::ActiveToken> active =
      sessions_.activeToken(token, request.deadline, request.shared);
  return active.would_wait ? wouldWait() : ok(introspectionJson(active.value));
}

bool IntrospectEndpoint::admits(const Request& request) const {
  if (request.service_secret) {
    return secrets_.nameOf(request.service_secret, Operation::Introspect).has_value();
  }
  const std::optional<BasicCredentials> client = basicCredentials(request.authorization);
  return client && secrets_.accepts(client->name, client->secret, Operation::Introspect);
}

RevokeEndpoint::RevokeEndpoint(session::SessionService& sessions) : sessions_(sessions) {}

bool RevokeEndpoint::admits(const Request&) const { return true; }

Response RevokeEndpoint::answer(const Request& request, const Body& parameters) {
  std::string token;
  if (std::optional<Response> refusal = readToken(request, parameters, "token", token)) {
    return *std::move(refusal);
  }
  sessions_.revoke(token, request.deadline);
  return ok("{}");
}

}  // namespace token_service::http
