#include "plugin_under_test.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

int main(int count, char** arguments) {
  using namespace token_service;
  ::testing::InitGoogleTest(&count, arguments);
  const store_sqlite::Folder folder;
  conformance::pluginUnderTest().make_store = [&] {
    return store_sqlite::openStore(folder.path(), "sessions.db");
  };
  return RUN_ALL_TESTS();
}
