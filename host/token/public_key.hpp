#pragma once

#include <memory>
#include <string_view>

namespace token_service::token {

// The public half of a signing key, ready to verify (RFC 7517, RFC 7518, RFC 8037). Safe for use
// from many threads at once.
class PublicKey {
 public:
  // Throws std::invalid_argument, saying why, if the JWK is not a public key that is fit for the
  // algorithm: RS256, RS384, RS512, PS256, PS384, PS512 (RSA, 2048 bits or more), ES256, ES384,
  // ES512, EdDSA (Ed25519).
  PublicKey(std::string_view jwk, std::string_view algorithm);
  PublicKey(PublicKey&&) noexcept;
  ~PublicKey();

  // Whether `signature` is, to the letter, one over `bytes`.
  bool verify(std::string_view bytes, std::string_view signature) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace token_service::token
