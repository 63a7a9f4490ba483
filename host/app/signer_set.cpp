#include "app/signer_set.hpp"

namespace token_service::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kSelfTestPatience = 5s;

sdk::Deadline soon() { return std::chrono::steady_clock::now() + kSelfTestPatience; }

}  // namespace

SignerSet::SignerSet(const config::Config& config, const std::filesystem::path& folder,
                     sdk::Mode mode, log::Logger& logger, const session::Clock& clock,
                     StartProblems& problems) {
  PluginMaker maker(config, folder, mode, logger, clock, problems);
  signer_ = maker.signer(config.signer);
  if (config.refresh_signer) {
    refresh_signer_ = maker.signer(*config.refresh_signer);
  }
  files_ = maker.files();

  const std::chrono::seconds access_lifetime = config.tokens.access_lifetime + config.tokens.leeway;
  const std::chrono::seconds refresh_lifetime =
      config.tokens.refresh_lifetime + config.tokens.leeway;
  sdk::Signer* const signer = signer_.object.get();
  sdk::Signer* const refresh_signer = refresh_signer_.object.get();
  const token::KeyRing::Rules refresh_rules{refresh_lifetime, config.key_set_max_age};
  std::optional<token::KeyRing> access_keys;
  std::optional<token::KeyRing> refresh_keys;
  if (signer != nullptr) {
    maker.attempt(config.signer.settings_place, [&] {
      roles_.push_back({"signer", config.signer.name, config.signer.settings_place, signer->keys(),
                        config.refresh_signer ? access_lifetime : refresh_lifetime});
      const token::KeyRing::Rules rules{access_lifetime, config.key_set_max_age};
      access_keys.emplace(std::vector<sdk::Signer*>{signer}, rules);
      token::proveKeys(*access_keys, *signer, clock.now(), soon());
    });
  }
  if (access_keys && !config.refresh_signer) {
    refresh_keys.emplace(std::vector<sdk::Signer*>{signer}, refresh_rules);
  }
  if (refresh_signer != nullptr) {
    maker.attempt(config.refresh_signer->settings_place, [&] {
      roles_.push_back({"refresh_signer", config.refresh_signer->name,
                        config.refresh_signer->settings_place, refresh_signer->keys(),
                        refresh_lifetime});
      if (access_keys) {
        refresh_keys.emplace(std::vector<sdk::Signer*>{refresh_signer, signer}, refresh_rules);
        token::proveKeys(*refresh_keys, *refresh_signer, clock.now(), soon());
      }
    });
  }
  if (refresh_keys) {
    keys_.emplace(token::KeyRings{*std::move(access_keys), *std::move(refresh_keys)});
  }
}

std::shared_ptr<const token::KeyRings> SignerSet::keysOf(std::shared_ptr<const SignerSet> set) {
  const token::KeyRings* keys = &set->keys_.value();
  return {std::move(set), keys};
}

}  // namespace token_service::app
