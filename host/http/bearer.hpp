#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace token_service::http {

// The token of an Authorization header that is `Bearer` (in any case), one space, one token of
// RFC 6750's b64token characters; else none.
std::optional<std::string_view> bearerToken(const std::optional<std::string>& authorization);

}  // namespace token_service::http
