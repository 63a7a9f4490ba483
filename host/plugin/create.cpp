#include "plugin/create.hpp"

#include "plugin/guard.hpp"
#include "plugin/process_state.hpp"

namespace token_service::plugin {
namespace {

template <typename Object>
using Create = std::unique_ptr<Object> (*)(sdk::Settings&, sdk::Host&, sdk::Mode);

template <typename Object>
std::unique_ptr<Object> make(Create<Object> create, const LoadedPlugin& plugin,
                             sdk::Settings& settings, sdk::Host& host, sdk::Mode mode) {
  const Guard guard(plugin.descriptor->kind, plugin.name, host);
  const ProcessState state;
  try {
    std::unique_ptr<Object> object =
        guard.run("create", [&] { return create(settings, host, mode); });
    if (!object) {
      guard.refuse("create returned nothing: install another version of the plugin");
    }
    guard.run("create", [&] { settings.finish(); });
    const std::string changed = state.restore();
    if (!changed.empty()) {
      guard.refuse("create changed the process's " + changed +
                   ": install another version of the plugin");
    }
    return object;
  } catch (const PluginError& error) {
    state.restore();
    // At start, a plugin at fault is a configuration that cannot work.
    const bool at_fault = error.code() == PluginError::Code::Internal;
    throw PluginError(at_fault ? PluginError::Code::InvalidConfig : error.code(), error.what());
  }
}

}  // namespace

std::unique_ptr<GuardedSigner> createSigner(const LoadedPlugin& plugin, sdk::Settings& settings,
                                            sdk::Host& host, sdk::Mode mode) {
  return std::make_unique<GuardedSigner>(
      plugin.name, make(plugin.descriptor->create_signer, plugin, settings, host, mode), host);
}

std::unique_ptr<GuardedStore> createStore(const LoadedPlugin& plugin, sdk::Settings& settings,
                                          sdk::Host& host, sdk::Mode mode) {
  return std::make_unique<GuardedStore>(
      plugin.name, make(plugin.descriptor->create_store, plugin, settings, host, mode), host);
}

}  // namespace token_service::plugin
