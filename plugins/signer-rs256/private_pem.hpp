#pragma once

#include "signing/secret_bytes.hpp"

#include <optional>
#include <string_view>

namespace token_service::signer_rs256 {

// What a PEM file with a private key holds.
struct PrivatePem {
  enum class Kind { Rsa, OtherAlgorithm, NeedsPassphrase, WrongPassphrase, Unreadable };

  Kind kind = Kind::Unreadable;
  // RFC 8017 appendix A.1.2, RSAPrivateKey, in DER (Rsa).
  std::optional<signing::SecretBytes> rsa;
};

// Reads PKCS#8, encrypted or not, and PKCS#1. `passphrase` may be null.
//
// Not with OpenSSL's decoders (PEM_read_bio_PrivateKey), which leave the key's DER behind in memory
// that they free.
PrivatePem readPrivatePem(std::string_view pem, const signing::SecretBytes* passphrase);

}  // namespace token_service::signer_rs256
