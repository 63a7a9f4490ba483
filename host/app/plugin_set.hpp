#pragma once

#include "app/signer_set.hpp"

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

  token::KeySource& keys() { return *keys_; }
  sdk::Store& store() { return *store_.object; }

  // The paths that the signers' settings name.
  const std::vector<std::string>& signerFiles() const { return signer_files_; }

 private:
  // A store that is away may come back while the service runs, not while a command does.
  void checkStore(sdk::Mode mode);

  std::unique_ptr<token::KeySource> keys_;
  std::vector<std::string> signer_files_;
  MadePlugin<plugin::GuardedStore> store_;
};

}  // namespace token_service::app
