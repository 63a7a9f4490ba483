#pragma once

#include "token_service/sdk/error.hpp"
#include "token_service/sdk/signer.hpp"

#include <openssl/evp.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::host_test {

using KeyPair = std::shared_ptr<EVP_PKEY>;

// `RSA-1024`, `RSA-2048`, `P-256`, `P-384`, `P-521` or `Ed25519`; made once a process.
KeyPair keyPair(const std::string& kind);

// Another one, that nobody else has.
KeyPair freshKeyPair(const std::string& kind);

std::string publicJwk(const KeyPair& pair);

// One big number of a key as base64url: `n`, `e`, `d`.
std::string numberOf(const KeyPair& pair, const char* parameter);

// The public key in files' forms: SubjectPublicKeyInfo as PEM, and as DER.
std::string publicPem(const KeyPair& pair);
std::string publicDer(const KeyPair& pair);

// Raw, as RFC 7518 section 3 and RFC 8037 define it.
std::string signatureOf(const KeyPair& pair, std::string_view algorithm, std::string_view bytes);

std::string hmac(const char* digest, std::string_view secret, std::string_view bytes);

// A signer that really signs, with as many keys as a test gives it.
class TestSigner final : public sdk::Signer {
 public:
  TestSigner() = default;
  TestSigner(const std::string& kid, const std::string& secret) { addHmac(kid, secret); }

  // A key is published and active `from` then; without it since ever, each after the one before.
  TestSigner& addHmac(const std::string& kid, const std::string& secret,
                      std::optional<sdk::Time> from = std::nullopt);
  TestSigner& add(const std::string& kid, const std::string& algorithm, const KeyPair& pair,
                  std::optional<sdk::Time> from = std::nullopt);
  // As it is; `sign` answers for it with a byte that no test can verify.
  TestSigner& addRaw(const sdk::Key& key);

  // Every later `sign` fails with it.
  void fail(std::optional<sdk::ErrorCode> code) { failure_ = code; }
  int signCount() const { return count_; }

  std::vector<sdk::Key> keys() override;
  std::string sign(std::string_view kid, std::string_view bytes, sdk::Deadline) override;
  void check(sdk::Deadline) override {}

 private:
  struct Own {
    sdk::Key key;
    KeyPair pair;
    std::string secret;
  };
  sdk::Time nextTime() const;

  std::vector<Own> own_;
  std::optional<sdk::ErrorCode> failure_;
  std::atomic<int> count_ = 0;
};

}  // namespace token_service::host_test
