#include "app/plugin_set.hpp"

#include <algorithm>
#include <stdexcept>

#include "plugin/create.hpp"
#include "plugin/loader.hpp"

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

}  // namespace

void StartProblems::add(sdk::ErrorCode code, const std::string& text) {
  problems_.push_back({code, text});
}

void StartProblems::add(const sdk::SettingsReport& report) {
  try {
    report.throwIfAny();
  } catch (const sdk::Error& error) {
    add(error.code(), error.what());
  }
}

void StartProblems::throwIfAny() const {
  if (problems_.empty()) {
    return;
  }
  std::string text;
  for (const Problem& problem : problems_) {
    text.append(text.empty() ? "" : "\n").append(problem.text);
  }
  const sdk::ErrorCode first = problems_.front().code;
  const bool alike = std::all_of(problems_.begin(), problems_.end(),
                                 [&](const Problem& problem) { return problem.code == first; });
  throw sdk::Error(alike ? first : sdk::ErrorCode::InvalidConfig, text);
}

PluginSet::PluginSet(const config::Config& config, const std::filesystem::path& folder,
                     sdk::Mode mode, log::Logger& logger, const session::Clock& clock,
                     StartProblems& problems) {
  plugin::Loader loader(folder);

  // Loads the plugin and makes its object with `create`; an empty result is a problem noted.
  const auto make = [&](const config::Plugin& wanted, sdk::PluginKind kind, auto create) {
    decltype(create(std::declval<const plugin::LoadedPlugin&>(), std::declval<sdk::Settings&>(),
                    std::declval<sdk::Host&>(), mode)) object;
    if (wanted.name.empty()) {
      return object;
    }
    const plugin::LoadedPlugin* loaded = nullptr;
    try {
      loaded = &loader.load(wanted.name, kind, wanted.sha256);
    } catch (const sdk::Error& error) {
      problems.add(error.code(), wanted.place + ": " + error.what());
      return object;
    }
    hosts_.push_back(std::make_unique<PluginHost>(wanted.name, logger, clock));
    sdk::SettingNode node = wanted.settings;
    sdk::SettingsReport report{config.file, {}, {}};
    try {
      sdk::Settings settings(node, report, config.base_folder, wanted.path);
      object = create(*loaded, settings, *hosts_.back(), mode);
    } catch (const sdk::Error& error) {
      if (!report.problems.empty()) {
        problems.add(report);
      } else if (!holdsRefused(wanted.settings)) {
        problems.add(error.code(), wanted.place + ": " + error.what());
      }
    }
    return object;
  };

  signer_ = make(config.signer, sdk::PluginKind::Signer, plugin::createSigner);
  if (config.refresh_signer) {
    refresh_signer_ = make(*config.refresh_signer, sdk::PluginKind::Signer, plugin::createSigner);
  }
  store_ = make(config.store, sdk::PluginKind::Store, plugin::createStore);

  const auto prove = [&](const config::Plugin& wanted, const auto& test) {
    try {
      test();
    } catch (const sdk::Error& error) {
      problems.add(error.code(), wanted.place + ": " + error.what());
    } catch (const std::invalid_argument& error) {
      problems.add(sdk::ErrorCode::InvalidConfig, wanted.place + ": " + error.what());
    }
  };
  if (signer_) {
    prove(config.signer, [&] {
      access_keys_ = std::make_unique<token::KeyRing>(std::vector<sdk::Signer*>{signer_.get()});
      token::proveKeys(*access_keys_, *signer_, soon());
    });
  }
  if (access_keys_ && !config.refresh_signer) {
    refresh_keys_ = std::make_unique<token::KeyRing>(std::vector<sdk::Signer*>{signer_.get()});
  }
  if (access_keys_ && refresh_signer_) {
    prove(*config.refresh_signer, [&] {
      refresh_keys_ = std::make_unique<token::KeyRing>(
          std::vector<sdk::Signer*>{refresh_signer_.get(), signer_.get()});
      token::proveKeys(*refresh_keys_, *refresh_signer_, soon());
    });
  }
  if (store_) {
    prove(config.store, [&] {
      try {
        store_->check(soon());
      } catch (const sdk::Error& error) {
        if (mode != sdk::Mode::Serve || !isUnavailable(error)) {
          throw;
        }
        logger.warning("the store cannot be reached yet; trying again until it can",
                       {{"reason", error.what()}});
      }
    });
  }
}

}  // namespace token_service::app
