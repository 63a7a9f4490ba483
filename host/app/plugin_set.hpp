#pragma once

#include "app/start_problems.hpp"
#include "app/system.hpp"
#include "config/config.hpp"
#include "plugin/guarded_signer.hpp"
#include "plugin/guarded_store.hpp"
#include "token/key_source.hpp"
#include "token_service/sdk/abi.hpp"
#include "token_service/sdk/error.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace token_service::app {

// The plugins that a configuration names, loaded, created and proved fit: all or none. Destroyed in
// reverse order.
class PluginSet {
 public:
  // Adds what is wrong to `problems`; then the set must not be used. A store that cannot be reached
  // at the moment is a problem only if `mode` is not Serve.
  PluginSet(const config::Config& config, const std::filesystem::path& folder, sdk::Mode mode,
            log::Logger& logger, const session::Clock& clock, StartProblems& problems);

  const token::KeySource& keys() const { return *keys_; }
  sdk::Signer& signer() { return *signer_; }
  // Null if refresh tokens are signed by `signer()`.
  sdk::Signer* refreshSigner() { return refresh_signer_.get(); }
  sdk::Store& store() { return *store_; }

 private:
  // A store that is away may come back while the service runs, not while a command does.
  void checkStore(sdk::Mode mode);

  std::vector<std::unique_ptr<PluginHost>> hosts_;
  std::unique_ptr<plugin::GuardedSigner> signer_;
  std::unique_ptr<plugin::GuardedSigner> refresh_signer_;
  std::unique_ptr<plugin::GuardedStore> store_;
  std::unique_ptr<token::KeySource> keys_;
};

}  // namespace token_service::app
