#pragma once

#include <string>
#include <string_view>

namespace token_service::signing {

// RFC 7638 section 3 of a JWK that is already reduced to its required members, in lexical order
// and without white space.
std::string thumbprint(std::string_view canonical_jwk);

}  // namespace token_service::signing
