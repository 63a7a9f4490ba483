#include "http/oauth_error.hpp"

namespace token_service::http {
namespace {

std::string_view nameOf(OAuthError error) {
  switch (error) {
    case OAuthError::InvalidRequest:
      return "invalid_request";
    case OAuthError::InvalidClient:
      return "invalid_client";
    case OAuthError::InvalidGrant:
      return "invalid_grant";
    case OAuthError::UnsupportedGrantType:
      return "unsupported_grant_type";
  }
  return {};
}

}  // namespace

Response oauthFailure(OAuthError error, std::string_view description) {
  Response response;
  response.status = 400;
  response.body.append("{\"error\":\"").append(nameOf(error));
  response.body.append("\",\"error_description\":\"").append(description).append("\"}");
  if (error == OAuthError::InvalidClient) {
    response.status = 401;
    response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"token-service\"");
  }
  return response;
}

}  // namespace token_service::http
