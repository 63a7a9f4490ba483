#include "http/verify_endpoint.hpp"

#include "http/authorization_scheme.hpp"
#include "http/bearer.hpp"
#include "http/error_mapping.hpp"
#include "http/percent_encoding.hpp"
#include "token/json.hpp"

namespace token_service::http {
namespace {

// RFC 6750 section 3.1: who has not tried to present a token is told of no error.
Response challenge(Failure kind, const char* parameters) {
  Response response = failure(kind);
  response.headers.emplace_back("WWW-Authenticate", std::string("Bearer") + parameters);
  return response;
}

}  // namespace

VerifyEndpoint::VerifyEndpoint(session::SessionService& sessions) : sessions_(sessions) {}

front::Placement VerifyEndpoint::placement() const {
  return {sessions_.answersAtOnce(), front::LaneName::Lookup};
}

Response VerifyEndpoint::handle(const Request& request, const std::vector<std::string>&) {
  if (authorizationScheme(request.authorization) != "bearer") {
    return challenge(Failure::UnauthorizedRequest, "");
  }
  const std::optional<std::string_view> token = bearerToken(request.authorization);
  const session::Finding<session::ActiveToken> active =
      token ? sessions_.activeAccess(*token, request.deadline, request.shared)
            : session::Finding<session::ActiveToken>{};
  if (active.would_wait) {
    return wouldWait();
  }
  if (!active.value) {
    return challenge(Failure::InvalidToken, " error=\"invalid_token\"");
  }
  const sdk::Session& session = active.value->session;
  const std::string user_id = std::to_string(session.user_id);
  Response response;
  response.headers.emplace_back("X-Auth-User-Id", user_id);
  response.headers.emplace_back("X-Auth-Username", percentEncoded(session.username));
  response.headers.emplace_back("X-Auth-Session-Id", session.id);
  response.body = "{\"user_id\":" + user_id + ",\"username\":";
  token::appendJsonString(session.username, response.body);
  response.body += ",\"session_id\":\"" + session.id + "\"}";
  return response;
}

}  // namespace token_service::http
