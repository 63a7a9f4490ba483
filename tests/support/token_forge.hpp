#pragma once

#include "service_setup.hpp"

#include <string>

namespace token_service::test {

// RFC 4648 section 5, without padding.
std::string encodeBase64Url(const std::string& bytes);
std::string decodeBase64Url(const std::string& text);

// The parts of a compact JWS; header and claims as the JSON text they are.
struct TokenParts {
  std::string header;
  std::string claims;
  std::string signature;  // base64url, as it stands
};

TokenParts partsOf(const std::string& token);

// A member of the claims, or of any JSON object, as text.
std::string memberOf(const std::string& json, const std::string& name);

// The object with `name` set to `value`, which is put there as it is, valid JSON or not.
std::string withMember(const std::string& json, const std::string& name, const std::string& value);
std::string withoutMember(const std::string& json, const std::string& name);

// The object with another member of that name after its own.
std::string withAdded(const std::string& json, const std::string& name, const std::string& value);

// Signs whatever it is given, with OpenSSL alone and no code of the service.
class TokenForge {
 public:
  // `key` is the text of a key file: a secret, or an RSA key in PEM.
  TokenForge(SignerKind algorithm, std::string key);

  // A token with exactly these bytes as header and claims.
  std::string sign(const std::string& header, const std::string& claims) const;

  std::string publicPem() const;
  // The bytes of an RSA key's modulus, the highest first.
  std::string publicModulus() const;

 private:
  SignerKind algorithm_;
  std::string key_;
};

// A new 2048-bit key in PEM.
std::string makeRsaKey();

std::string hmacSha256(const std::string& key, const std::string& bytes);

}  // namespace token_service::test
