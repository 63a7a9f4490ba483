#include "app/plugin_set.hpp"

#include "plugin/create.hpp"
#include "plugin/loader.hpp"

#include <algorithm>
#include <stdexcept>

namespace token_service::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kSelfTestPatience = 5s;

sdk::Deadline soon() { return std::chrono::steady_clock::now() + kSelfTestPatience; }

// Whether a value is missing only because the environment or a file could not give it, which is
// already a problem of its own.
bool holdsRefused(const sdk::SettingNode& node) {
  return node.refused || std::any_of(node.children.begin(), node.children.end(), holdsRefused);
}

bool isUnavailable(const sdk::Error& error) {
  return error.code() == sdk::ErrorCode::Unavailable || error.code() == sdk::ErrorCode::Timeout;
}

// Runs one step of making a plugin; what it throws becomes a problem of that place in the file.
template <typename Step>
void attempt(const std::string& place, StartProblems& problems, Step step) {
  try {
    step();
  } catch (const sdk::Error& error) {
    problems.add(error.code(), place + ": " + error.what());
  } catch (const std::invalid_argument& error) {
    problems.add(sdk::ErrorCode::InvalidConfig, place + ": " + error.what());
  }
}

}  // namespace

PluginSet::PluginSet(const config::Config& config, const std::filesystem::path& folder,
                     sdk::Mode mode, log::Logger& logger, const session::Clock& clock,
                     StartProblems& problems) {
  plugin::Loader loader(folder);
  const auto make = [&](const config::Plugin& wanted, sdk::PluginKind kind, auto create) {
    const plugin::LoadedPlugin* loaded = nullptr;
    if (!wanted.name.empty()) {
      attempt(wanted.place, problems,
              [&] { loaded = &loader.load(wanted.name, kind, wanted.sha256); });
    }
    if (loaded == nullptr) {
      return;
    }
    hosts_.push_back(std::make_unique<PluginHost>(wanted.name, logger, clock));
    sdk::SettingNode node = wanted.settings;
    sdk::SettingsReport report{config.file, {}, {}, {}};
    sdk::Settings settings(node, report, config.base_folder, wanted.path);
    attempt(wanted.settings_place, problems, [&] {
      try {
        create(*loaded, settings, *hosts_.back());
      } catch (const sdk::Error&) {
        if (report.problems.empty() && !holdsRefused(wanted.settings)) {
          throw;
        }
        problems.add(report);
      }
    });
  };
  // Only stores migrate.
  const sdk::Mode signer_mode = mode == sdk::Mode::Migrate ? sdk::Mode::Check : mode;
  make(config.signer, sdk::PluginKind::Signer, [&](auto& loaded, auto& settings, auto& host) {
    signer_ = plugin::createSigner(loaded, settings, host, signer_mode);
  });
  if (config.refresh_signer) {
    make(*config.refresh_signer, sdk::PluginKind::Signer,
         [&](auto& loaded, auto& settings, auto& host) {
           refresh_signer_ = plugin::createSigner(loaded, settings, host, signer_mode);
         });
  }
  make(config.store, sdk::PluginKind::Store, [&](auto& loaded, auto& settings, auto& host) {
    store_ = plugin::createStore(loaded, settings, host, mode);
  });

  const std::chrono::seconds refresh_lifetime =
      config.tokens.refresh_lifetime + config.tokens.leeway;
  const token::KeyRing::Rules refresh_rules{refresh_lifetime, config.key_set_max_age};
  std::optional<token::KeyRing> access_keys;
  std::optional<token::KeyRing> refresh_keys;
  if (signer_) {
    attempt(config.signer.settings_place, problems, [&] {
      const token::KeyRing::Rules rules{config.tokens.access_lifetime + config.tokens.leeway,
                                        config.key_set_max_age};
      access_keys.emplace(std::vector<sdk::Signer*>{signer_.get()}, rules);
      token::proveKeys(*access_keys, *signer_, clock.now(), soon());
    });
  }
  if (access_keys && !config.refresh_signer) {
    refresh_keys.emplace(std::vector<sdk::Signer*>{signer_.get()}, refresh_rules);
  }
  if (access_keys && refresh_signer_) {
    attempt(config.refresh_signer->settings_place, problems, [&] {
      refresh_keys.emplace(std::vector<sdk::Signer*>{refresh_signer_.get(), signer_.get()},
                           refresh_rules);
      token::proveKeys(*refresh_keys, *refresh_signer_, clock.now(), soon());
    });
  }
  if (refresh_keys) {
    keys_ = std::make_unique<token::KeySource>(std::make_shared<const token::KeyRings>(
        token::KeyRings{*std::move(access_keys), *std::move(refresh_keys)}));
  }
  if (store_) {
    attempt(config.store.settings_place, problems, [&] { checkStore(mode); });
  }
}

void PluginSet::checkStore(sdk::Mode mode) {
  try {
    store_->check(soon());
  } catch (const sdk::Error& error) {
    if (mode != sdk::Mode::Serve || !isUnavailable(error)) {
      throw;
    }
  }
}

}  // namespace token_service::app
