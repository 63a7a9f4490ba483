#pragma once

#include <optional>
#include <string>

namespace token_service::http {

// The address in its one canonical spelling (RFC 5952), or none if it is no IPv4 or IPv6 literal.
std::optional<std::string> canonicalIp(const std::string& text);

}  // namespace token_service::http
