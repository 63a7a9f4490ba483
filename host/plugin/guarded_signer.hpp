#pragma once

#include "plugin/guard.hpp"
#include "token_service/sdk/signer.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::plugin {

// The only caller of a signer plugin's object. Throws PluginError and nothing else, also for
// results that cannot be right: no key, a key id that is not 1 to 128 characters of base64url or
// comes twice, a key without algorithm, a signature that is empty or longer than 2048 bytes.
class GuardedSigner final : public sdk::Signer {
 public:
  GuardedSigner(std::string_view name, std::unique_ptr<sdk::Signer> signer, sdk::Host& host);

  std::vector<sdk::Key> keys() override;
  std::string sign(std::string_view kid, std::string_view bytes, sdk::Deadline deadline) override;
  void check(sdk::Deadline deadline) override;

 private:
  Guard guard_;
  std::unique_ptr<sdk::Signer> signer_;
};

}  // namespace token_service::plugin
