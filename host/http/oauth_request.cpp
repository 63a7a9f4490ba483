#include "http/oauth_request.hpp"

#include "http/authorization_scheme.hpp"
#include "http/form.hpp"
#include "http/oauth_error.hpp"

#include <algorithm>
#include <array>

namespace token_service::http {
namespace {

constexpr std::array<std::string_view, 6> kBodyOnly = {"token",  "access_token", "refresh_token",
                                                       "access", "refresh",      "client_secret"};

Response invalidRequest(std::string_view description) {
  return oauthFailure(OAuthError::InvalidRequest, description);
}

Response credentialsTwice() { return invalidRequest("more than one client credential"); }

int credentialsInHead(const Request& request) {
  return (request.service_secret ? 1 : 0) +
         (authorizationScheme(request.authorization) == "basic" ? 1 : 0);
}

}  // namespace

std::optional<Response> checkHead(const Request& request) {
  const std::optional<token::Json> query = parseUrlEncodedForm(request.query);
  if (!query) {
    return invalidRequest("the query string is malformed");
  }
  if (std::any_of(kBodyOnly.begin(), kBodyOnly.end(),
                  [&](std::string_view name) { return query->find(name) != nullptr; })) {
    return invalidRequest("a token or secret in the query string");
  }
  if (credentialsInHead(request) > 1) {
    return credentialsTwice();
  }
  return std::nullopt;
}

std::optional<Response> readParameters(const Request& request, Body& out) {
  if (const std::optional<Failure> bad = Body::parse(request, out)) {
    return *bad == Failure::InvalidRequest
               ? invalidRequest("the body is malformed or repeats a parameter")
               : failure(*bad);
  }
  const std::optional<token::Json> query = parseUrlEncodedForm(request.query);
  if (!query || std::any_of(query->children.begin(), query->children.end(),
                            [&](const token::Json& field) { return out.has(field.name); })) {
    return invalidRequest("a parameter in the query string and in the body");
  }
  if (credentialsInHead(request) > 0 && !out.text("client_secret").missing()) {
    return credentialsTwice();
  }
  return std::nullopt;
}

std::optional<Response> readToken(const Request& request, const Body& parameters,
                                  std::string_view name, std::string& out) {
  Field<std::string> token = parameters.text(name);
  if (token.missing()) {
    return invalidRequest("the token is missing");
  }
  if (token.invalid()) {
    return invalidRequest("the token is not a text");
  }
  if (authorizationScheme(request.authorization) == "bearer") {
    return invalidRequest("a token in the Authorization header and another in the body");
  }
  out = std::move(token.value);
  return std::nullopt;
}

}  // namespace token_service::http
