#pragma once

#include "signing/openssl.hpp"
#include "token_service/sdk/plugin.hpp"

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
    // Has taken the key in; each signature starts from a copy of it.
    signing::MacContextPointer keyed;
  };

 private:
  std::vector<SigningKey> keys_;
};

}  // namespace token_service::signer_hs256
