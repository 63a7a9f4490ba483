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

// Runs one step of making a plugin; what it throws becomes a problem.
template <typename Step>
void attempt(const config::Plugin& wanted, StartProblems& problems, Step step) {
  try {
    step();
  } catch (const sdk::Error& error) {
    problems.add(error.code(), wanted.place + ": " + error.what());
  } catch (const std::invalid_argument& error) {
    problems.add(sdk::ErrorCode::InvalidConfig, wanted.place + ": " + error.what());
  }
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
  const auto make = [&](const config::Plugin& wanted, sdk::PluginKind kind, auto create) {
    attempt(wanted, problems, [&] {
      if (wanted.name.empty()) {
        return;  // a problem that the configuration has noted
      }
      const plugin::LoadedPlugin& loaded = loader.load(wanted.name, kind, wanted.sha256);
      hosts_.push_back(std::make_unique<PluginHost>(wanted.name, logger, clock));
      sdk::SettingNode node = wanted.settings;
      sdk::SettingsReport report{config.file, {}, {}};
      sdk::Settings settings(node, report, config.base_folder, wanted.path);
      try {
        create(loaded, settings, *hosts_.back());
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

  if (signer_) {
    attempt(config.signer, problems, [&] {
      access_keys_ = std::make_unique<token::KeyRing>(std::vector<sdk::Signer*>{signer_.get()});
      token::proveKeys(*access_keys_, *signer_, soon());
    });
  }
  if (access_keys_ && !config.refresh_signer) {
    refresh_keys_ = std::make_unique<token::KeyRing>(std::vector<sdk::Signer*>{signer_.get()});
  }
  if (access_keys_ && refresh_signer_) {
    attempt(*config.refresh_signer, problems, [&] {
      refresh_keys_ = std::make_unique<token::KeyRing>(
          std::vector<sdk::Signer*>{refresh_signer_.get(), signer_.get()});
      token::proveKeys(*refresh_keys_, *refresh_signer_, soon());
    });
  }
  if (store_) {
    attempt(config.store, problems, [&] { checkStore(mode, logger); });
  }
}

void PluginSet::checkStore(sdk::Mode mode, log::Logger& logger) {
  try {
    store_->check(soon());
  } catch (const sdk::Error& error) {
    if (mode != sdk::Mode::Serve || !isUnavailable(error)) {
      throw;
    }
    logger.warning("the store cannot be reached yet; trying again until it can",
                   {{"reason", error.what()}});
  }
}

}  // namespace token_service::app
