#pragma once

#include "http/message.hpp"

#include <string_view>

namespace token_service::http {

// What a request to /oauth2/ can fail with (RFC 6749 section 5.2).
enum class OAuthError { InvalidRequest, InvalidClient, InvalidGrant, UnsupportedGrantType };

// The answer: 400, or for InvalidClient 401 with a challenge. `description` is a fixed text of
// printable ASCII without quotation marks and backslashes.
Response oauthFailure(OAuthError error, std::string_view description);

}  // namespace token_service::http
