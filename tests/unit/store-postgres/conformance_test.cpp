#include "plugin_under_test.hpp"
#include "store_settings.hpp"

#include <gtest/gtest.h>

namespace token_service::conformance {

PluginUnderTest& pluginUnderTest() {
  static test::RecordingHost host;
  static const test::Database database;
  static PluginUnderTest plugin{
      .make_signer = nullptr,
      .make_store = [] { return test::makeStore(test::settingsFor(database.superuser()), host); }};
  return plugin;
}

}  // namespace token_service::conformance
