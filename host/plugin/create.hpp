#pragma once

#include "plugin/guarded_signer.hpp"
#include "plugin/guarded_store.hpp"
#include "plugin/loader.hpp"
#include "token_service/sdk/abi.hpp"

#include <memory>

namespace token_service::plugin {

// Makes the plugin's object, behind its guard. Settings that neither the plugin nor anyone else
// read are refused. `host` outlives the object. Throws PluginError, whatever the plugin throws.
std::unique_ptr<GuardedSigner> createSigner(const LoadedPlugin& plugin, sdk::Settings& settings,
                                            sdk::Host& host, sdk::Mode mode);
std::unique_ptr<GuardedStore> createStore(const LoadedPlugin& plugin, sdk::Settings& settings,
                                          sdk::Host& host, sdk::Mode mode);

}  // namespace token_service::plugin
