#pragma once

#include "signing/openssl.hpp"
#include "token_service/sdk/object_pool.hpp"
#include "token_service/sdk/plugin.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::signer_hs256 {

// HMAC with SHA-256 (RFC 7518 section 3.2), each secret in a file.
class Hs256Signer final : public sdk::Signer {
 public:
  Hs256Signer(sdk::Settings& settings, sdk::Host& host, sdk::Mode mode);

  std::vector<sdk::Key> keys() override;
  std::string sign(std::string_view kid, std::string_view bytes, sdk::Deadline deadline) override;
  void check(sdk::Deadline deadline) override;

  struct SigningKey {
    sdk::Key description;
    // Has taken the key in. What signs is a copy of it, used again and again.
    signing::MacContextPointer keyed;
    std::unique_ptr<sdk::ObjectPool<EVP_MAC_CTX, signing::MacContextPointer::deleter_type>> idle =
        std::make_unique<sdk::ObjectPool<EVP_MAC_CTX, signing::MacContextPointer::deleter_type>>();
  };

 private:
  std::vector<SigningKey> keys_;
};

}  // namespace token_service::signer_hs256
