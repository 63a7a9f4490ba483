#pragma once

#include "app/signer_set.hpp"
#include "http/service_secrets.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace token_service::app {

// Reads the configuration of a running service again and puts its signing keys and service secrets
// into force, nothing else. What it is given outlives it. For one thread.
class Reload {
 public:
  // `started_with` is what the service runs on; `files` are those it was read from.
  Reload(const config::Config& started_with, const std::filesystem::path& plugin_dir,
         std::vector<std::string> files, token::KeySource& keys, http::ServiceSecrets& secrets,
         log::Logger& logger, const session::Clock& clock);

  // Swaps keys and secrets, both of them or, if anything cannot be used, neither. Says in the log
  // what came of it. A request that runs goes on with the keys that it took.
  void run();

  // The files that decide what the next run would give.
  const std::vector<std::string>& files() const { return files_; }

 private:
  // Throws if the configuration cannot be used; then nothing has changed.
  void takeOver(std::vector<std::string>& files);
  std::shared_ptr<const SignerSet> signersOf(const config::Config& config, sdk::Mode mode,
                                             StartProblems& problems) const;

  const config::Config& started_with_;
  const std::filesystem::path plugin_dir_;
  // What is in force was read from them.
  std::vector<std::string> in_force_;
  std::vector<std::string> files_;
  token::KeySource& keys_;
  http::ServiceSecrets& secrets_;
  log::Logger& logger_;
  const session::Clock& clock_;
};

}  // namespace token_service::app
