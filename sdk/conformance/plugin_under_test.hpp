#pragma once

#include "token_service/sdk/signer.hpp"
#include "token_service/sdk/store.hpp"

#include <functional>
#include <memory>

namespace token_service::conformance {

/// What the suites test. The runner fills it in before the first test: the member of the plugin's
/// kind is set, the other is empty and the tests of the other kind are not run.
///
/// Each call gives a new object made from the same settings, as a restart or a second replica
/// would; several may live at once.
struct PluginUnderTest {
  std::function<std::unique_ptr<sdk::Signer>()> make_signer;
  std::function<std::unique_ptr<sdk::Store>()> make_store;
};

inline PluginUnderTest& pluginUnderTest() {
  static PluginUnderTest plugin;
  return plugin;
}

}  // namespace token_service::conformance
