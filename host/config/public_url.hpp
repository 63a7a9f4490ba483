#pragma once

#include <string_view>

namespace token_service::config {

// Whether `url` is one that others may call the service by and that a token may name as its issuer
// (RFC 8414 section 2): `http` or `https`, a host, perhaps a port and a path of RFC 3986's
// unreserved characters, and nothing else; no slash at the end.
bool isPublicUrl(std::string_view url);

// The path of such a URL: `/auth`, or nothing.
std::string_view pathOfUrl(std::string_view url);

}  // namespace token_service::config
