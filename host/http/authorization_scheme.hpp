#pragma once

#include <optional>
#include <string>

namespace token_service::http {

// The scheme of an Authorization header (RFC 9110 section 11.4) in lower case, whatever follows it.
// Empty if there is none.
std::string authorizationScheme(const std::optional<std::string>& authorization);

}  // namespace token_service::http
