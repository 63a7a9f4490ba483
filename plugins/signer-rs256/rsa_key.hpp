#pragma once

#include "signing/openssl.hpp"
#include "signing/secret_bytes.hpp"

#include <string>
#include <string_view>

namespace token_service::signer_rs256 {

struct RsaKey {
  // None if it may not be used.
  signing::KeyPointer key;
  // Why not, and what to do.
  std::string problem;
};

// `passphrase` may be null.
RsaKey readRsaKey(std::string_view pem, const signing::SecretBytes* passphrase);

// A new 2048-bit key as PKCS#8 PEM, encrypted if there is a passphrase.
signing::SecretBytes newRsaKey(const signing::SecretBytes* passphrase);

struct PublicJwk {
  std::string kid;
  std::string json;
};

PublicJwk publicJwk(const EVP_PKEY* key);

}  // namespace token_service::signer_rs256
