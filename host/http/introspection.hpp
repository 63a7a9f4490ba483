#pragma once

#include "session/session_service.hpp"

#include <optional>
#include <string>

namespace token_service::http {

// The body of an introspection response (RFC 7662 section 2.2). Without a token it says nothing but
// that it is not active.
std::string introspectionJson(const std::optional<session::ActiveToken>& token);

}  // namespace token_service::http
