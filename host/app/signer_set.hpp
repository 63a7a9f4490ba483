#pragma once

#include "app/plugin_maker.hpp"
#include "token/key_source.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace token_service::app {

// The signers that a configuration names, created and proved fit, with the keys of both kinds of
// token: all or none. A reload makes another one.
class SignerSet {
 public:
  // One signer and what it is for.
  struct Role {
    // `signer`, `refresh_signer`.
    std::string name;
    std::string plugin;
    // Where its settings stand in the file.
    std::string place;
    std::vector<sdk::Key> keys;
    // Of the longest-lived token that it signs, leeway included.
    std::chrono::seconds token_lifetime;
  };

  // Adds what is wrong to `problems`; then the set must not sign.
  SignerSet(const config::Config& config, const std::filesystem::path& folder, sdk::Mode mode,
            log::Logger& logger, const session::Clock& clock, StartProblems& problems);

  // Whether it has the keys of both kinds of token.
  bool hasKeys() const { return keys_.has_value(); }

  // The keys of a set that has them. They keep the set, so that it is destroyed after its last
  // call.
  static std::shared_ptr<const token::KeyRings> keysOf(std::shared_ptr<const SignerSet> set);

  // Those that could be made.
  const std::vector<Role>& roles() const { return roles_; }

  // The paths that the signers' settings name.
  const std::vector<std::string>& files() const { return files_; }

 private:
  MadePlugin<plugin::GuardedSigner> signer_;
  MadePlugin<plugin::GuardedSigner> refresh_signer_;
  std::optional<token::KeyRings> keys_;
  std::vector<Role> roles_;
  std::vector<std::string> files_;
};

}  // namespace token_service::app
