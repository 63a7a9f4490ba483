#pragma once

#include "http/body.hpp"
#include "http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace token_service::http {

// The rules that all of /oauth2/ have in common. Each function gives the refusal, or none.

// Refuses what the head shows to be wrong: a malformed query string, a token or secret in it, two
// client credentials (RFC 6749 section 2.3). The query string is otherwise ignored.
std::optional<Response> checkHead(const Request& request);

// Reads the parameters of a request whose head is good. No name may stand in the query string, too,
// and no client credential in headers and body.
std::optional<Response> readParameters(const Request& request, Body& out);

// Reads the parameter that holds the token. With a token in the body there may be none in the
// Authorization header (RFC 6750 section 2). Whether the token is good is not looked at.
std::optional<Response> readToken(const Request& request, const Body& parameters,
                                  std::string_view name, std::string& out);

}  // namespace token_service::http
