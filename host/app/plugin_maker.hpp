#pragma once

#include "app/start_problems.hpp"
#include "app/system.hpp"
#include "config/config.hpp"
#include "plugin/guarded_signer.hpp"
#include "plugin/guarded_store.hpp"
#include "plugin/loader.hpp"
#include "token_service/sdk/abi.hpp"
#include "token_service/sdk/error.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace token_service::app {

// A plugin's object, with what it may use of the host. Without an object if it could not be made.
template <typename Object>
struct MadePlugin {
  std::unique_ptr<PluginHost> host;
  std::unique_ptr<Object> object;
};

// Makes plugins of one configuration. What goes wrong becomes a problem of its place in the file.
// What it is given outlives it and what it makes, but for `config` and `problems`.
class PluginMaker {
 public:
  PluginMaker(const config::Config& config, const std::filesystem::path& folder, sdk::Mode mode,
              log::Logger& logger, const session::Clock& clock, StartProblems& problems);

  MadePlugin<plugin::GuardedSigner> signer(const config::Plugin& wanted);
  MadePlugin<plugin::GuardedStore> store(const config::Plugin& wanted);

  // Runs one step with what was made; what it throws becomes a problem of that place.
  void attempt(const std::string& place, const std::function<void()>& step);

  // The paths that the plugins' settings named so far.
  const std::vector<std::string>& files() const { return files_; }

 private:
  template <typename Object, typename Create>
  MadePlugin<Object> make(const config::Plugin& wanted, sdk::PluginKind kind, Create create);

  const config::Config& config_;
  sdk::Mode mode_;
  log::Logger& logger_;
  const session::Clock& clock_;
  StartProblems& problems_;
  plugin::Loader loader_;
  std::vector<std::string> files_;
};

}  // namespace token_service::app
