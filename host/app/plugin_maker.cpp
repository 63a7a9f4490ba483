#include "app/plugin_maker.hpp"

#include "plugin/create.hpp"

#include <algorithm>
#include <stdexcept>

namespace token_service::app {
namespace {

// Whether a value is missing only because the environment or a file could not give it, which is
// already a problem of its own.
bool holdsRefused(const sdk::SettingNode& node) {
  return node.refused || std::any_of(node.children.begin(), node.children.end(), holdsRefused);
}

}  // namespace

PluginMaker::PluginMaker(const config::Config& config, const std::filesystem::path& folder,
                         sdk::Mode mode, log::Logger& logger, const session::Clock& clock,
                         StartProblems& problems)
    : config_(config),
      mode_(mode),
      logger_(logger),
      clock_(clock),
      problems_(problems),
      loader_(folder) {}

MadePlugin<plugin::GuardedSigner> PluginMaker::signer(const config::Plugin& wanted) {
  return make<plugin::GuardedSigner>(wanted, sdk::PluginKind::Signer, plugin::createSigner);
}

MadePlugin<plugin::GuardedStore> PluginMaker::store(const config::Plugin& wanted) {
  return make<plugin::GuardedStore>(wanted, sdk::PluginKind::Store, plugin::createStore);
}

void PluginMaker::attempt(const std::string& place, const std::function<void()>& step) {
  try {
    step();
  } catch (const sdk::Error& error) {
    problems_.add(error.code(), place + ": " + error.what());
  } catch (const std::invalid_argument& error) {
    problems_.add(sdk::ErrorCode::InvalidConfig, place + ": " + error.what());
  }
}

template <typename Object, typename Create>
MadePlugin<Object> PluginMaker::make(const config::Plugin& wanted, sdk::PluginKind kind,
                                     Create create) {
  MadePlugin<Object> made;
  const plugin::LoadedPlugin* loaded = nullptr;
  if (!wanted.name.empty()) {
    attempt(wanted.place, [&] { loaded = &loader_.load(wanted.name, kind, wanted.sha256); });
  }
  if (loaded == nullptr) {
    return made;
  }
  made.host = std::make_unique<PluginHost>(wanted.name, logger_, clock_);
  sdk::SettingNode node = wanted.settings;
  sdk::SettingsReport report{config_.file, {}, {}, {}};
  sdk::Settings settings(node, report, config_.base_folder, wanted.path);
  attempt(wanted.settings_place, [&] {
    try {
      made.object = create(*loaded, settings, *made.host, mode_);
    } catch (const sdk::Error&) {
      if (report.problems.empty() && !holdsRefused(wanted.settings)) {
        throw;
      }
      problems_.add(report);
    }
  });
  files_.insert(files_.end(), report.files.begin(), report.files.end());
  return made;
}

}  // namespace token_service::app
