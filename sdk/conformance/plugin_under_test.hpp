#pragma once
#include "token_service/sdk/signer.hpp"
#include "token_service/sdk/store.hpp"

#include <functional>
#include <memory>
namespace token_service::conformance {
/// What the suites test. `make_*` gives a fresh instance from the same settings each time.
struct PluginUnderTest {
  std::function<std::unique_ptr<sdk::Signer>()> make_signer;
  std::function<std::unique_ptr<sdk::Store>()> make_store;
};
PluginUnderTest& pluginUnderTest();
}  // namespace token_service::conformance
