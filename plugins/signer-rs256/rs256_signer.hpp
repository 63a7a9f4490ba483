#pragma once

#include "signing/openssl.hpp"
#include "token_service/sdk/plugin.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace token_service::signer_rs256 {

// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3), each private key in a PEM file.
class Rs256Signer final : public sdk::Signer {
 public:
  Rs256Signer(sdk::Settings& settings, sdk::Host& host, sdk::Mode mode);

  std::vector<sdk::Key> keys() override;
  std::string sign(std::string_view kid, std::string_view bytes, sdk::Deadline deadline) override;
  void check(sdk::Deadline deadline) override;

  struct SigningKey {
    sdk::Key description;
    signing::KeyPointer key;
  };

 private:
  std::vector<SigningKey> keys_;
};

}  // namespace token_service::signer_rs256
