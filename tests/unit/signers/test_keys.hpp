#pragma once

#include "signing/openssl.hpp"

#include <string>

namespace token_service::signers_test {

// Made once for all tests of the process.
EVP_PKEY* rsaKey(unsigned bits);
signing::KeyPointer p256Key();
signing::KeyPointer ed25519Key();

struct RsaNumbers {
  signing::NumberPointer n, e, d, p, q;
};

RsaNumbers numbersOf(const EVP_PKEY* key);
signing::NumberPointer numberFromBase64url(const std::string& text);
// The CRT numbers are derived from the others, which need not fit together.
signing::KeyPointer rsaKeyFrom(const RsaNumbers& numbers);

// PKCS#8 and PKCS#1, encrypted unless the passphrase is empty.
std::string privatePem(const EVP_PKEY* key, const std::string& passphrase = "");
std::string pkcs1Pem(const EVP_PKEY* key, const std::string& passphrase = "");
std::string publicPem(const EVP_PKEY* key);
std::string certificatePem(EVP_PKEY* key);

// base64url of a number of the key, for a JWK.
std::string jwkNumber(const EVP_PKEY* key, const char* parameter);

}  // namespace token_service::signers_test
