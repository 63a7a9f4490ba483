#include "http/oauth_endpoint.hpp"

#include "http/oauth_error.hpp"
#include "http/oauth_request.hpp"

namespace token_service::http {

Response OAuthEndpoint::handle(const Request& request, const std::vector<std::string>&) {
  if (std::optional<Response> refusal = checkHead(request)) {
    return *std::move(refusal);
  }
  if (!admits(request)) {
    return oauthFailure(OAuthError::InvalidClient, "a valid service secret is required");
  }
  Body parameters;
  if (std::optional<Response> refusal = readParameters(request, parameters)) {
    return *std::move(refusal);
  }
  return answer(request, parameters);
}

Response OAuthEndpoint::refuse(Failure reason) const {
  return reason == Failure::InvalidRequest
             ? oauthFailure(OAuthError::InvalidRequest, "the request is malformed")
             : failure(reason);
}

}  // namespace token_service::http
