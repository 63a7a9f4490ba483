#pragma once

#include "connection.hpp"
#include "user_history.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace token_service::history {

// A request of the service's HTTP interface.
struct TokenRequest {
  Kind kind = Kind::Validate;
  std::int64_t user = 0;
  // What is presented: a refresh token for a refresh, else an access token; either for a
  // revocation.
  std::string token = {};
  // For the end of a session.
  std::string session_id = {};
  // A log-out or validation by the user, not by a service that has the secret.
  bool by_frontend = false;
  // By the standard interface for the same: /auth/verify validates, /oauth2/token refreshes.
  bool standard = false;
};

// The bytes to send.
std::string written(const TokenRequest& request);

// What the answer, or its absence, means.
Answer meaningOf(const TokenRequest& request, const std::optional<HttpAnswer>& answer,
                 bool rotation);

// The `sid` of a token.
std::string sessionIdOf(const std::string& token);

}  // namespace token_service::history
