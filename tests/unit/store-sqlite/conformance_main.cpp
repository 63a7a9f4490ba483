#include <gtest/gtest.h>

#include "plugin_under_test.hpp"
#include "support.hpp"

namespace token_service::conformance {

PluginUnderTest& pluginUnderTest() {
  static PluginUnderTest plugin;
  return plugin;
}

}  // namespace token_service::conformance

int main(int count, char** arguments) {
  using namespace token_service;
  ::testing::InitGoogleTest(&count, arguments);
  const store_sqlite::Folder folder;
  conformance::pluginUnderTest().make_store = [&] {
    return store_sqlite::openStore(folder.path(), "sessions.db");
  };
  return RUN_ALL_TESTS();
}
