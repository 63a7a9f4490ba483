#pragma once

#include "signing/openssl.hpp"

#include <string_view>

namespace token_service::signer_rs256 {

// The key that RFC 8017 appendix A.1.2, RSAPrivateKey, holds in DER; null if it is none with two
// primes. Says nothing about whether its numbers fit together. Leaves no copy of them in memory.
signing::KeyPointer rsaPrivateKey(std::string_view der);

}  // namespace token_service::signer_rs256
