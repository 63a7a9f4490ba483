#pragma once

#include <optional>
#include <string>

namespace token_service::http {

struct BasicCredentials {
  std::string name;
  std::string secret;
};

// What an Authorization header says that is `Basic` (in any case), one space, and the padded base64
// of `name:secret` without control characters (RFC 7617), both form-encoded as OAuth clients do
// (RFC 6749 section 2.3.1). Everything else gives none.
std::optional<BasicCredentials> basicCredentials(const std::optional<std::string>& authorization);

}  // namespace token_service::http
