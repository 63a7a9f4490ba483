#include "support.hpp"

#include <gtest/gtest.h>

#include <string>

namespace token_service::store_sqlite {
namespace {

using Names = std::set<std::string>;

TEST(StoreSqliteCheck, MakesNothing) {
  const Folder folder;
  for (const char* path : {"sessions.db", "data/sessions.db"}) {
    EXPECT_NO_THROW(openStore(folder.path(), path, sdk::Mode::Check)->check(soon()));
  }
  EXPECT_EQ(folder.names(), Names{});
}

TEST(StoreSqliteCheck, LeavesADatabaseAsItIs) {
  const Folder folder;
  openStore(folder.path(), "sessions.db")->create(session(1, "s1"), 10, kNow, soon());
  std::filesystem::remove(folder / "sessions.db.lock");
  const std::string before = readFile(folder / "sessions.db");
  EXPECT_NO_THROW(openStore(folder.path(), "sessions.db", sdk::Mode::Check)->check(soon()));
  EXPECT_EQ(folder.names(), Names{"sessions.db"});
  EXPECT_EQ(readFile(folder / "sessions.db"), before);
}

TEST(StoreSqliteCheck, LeavesAnOldDatabaseUnmigrated) {
  const Folder folder;
  writeFile(folder / "sessions.db", "");
  openStore(folder.path(), "sessions.db", sdk::Mode::Check);
  EXPECT_EQ(readFile(folder / "sessions.db"), "");
  EXPECT_EQ(folder.names(), Names{"sessions.db"});
}

TEST(StoreSqliteCheck, PassesWhileAServiceRunsAndDoesNotDisturbIt) {
  const Folder folder;
  const auto running = openStore(folder.path(), "sessions.db");
  running->create(session(1, "s1"), 10, kNow, soon());
  const Names names = folder.names();
  const std::string log = readFile(folder / "sessions.db-wal");

  openStore(folder.path(), "sessions.db", sdk::Mode::Check);

  EXPECT_EQ(folder.names(), names);
  EXPECT_EQ(readFile(folder / "sessions.db-wal"), log);
  running->create(session(1, "s2"), 10, kNow, soon());
  EXPECT_EQ(running->list(1, kNow, soon()).size(), 2U);
}

TEST(StoreSqliteCheck, ReadsTheLogOfAServiceThatWasKilledAndLeavesIt) {
  const Folder folder;
  {
    const auto running = openStore(folder.path(), "sessions.db");
    running->create(session(1, "s1"), 10, kNow, soon());
    // What a kill leaves is what is there now.
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::copy_file(folder / (std::string("sessions.db") + suffix),
                                 folder / (std::string("killed.db") + suffix));
    }
  }
  const Names names = folder.names();
  const std::string file = readFile(folder / "killed.db");
  const std::string log = readFile(folder / "killed.db-wal");
  ASSERT_FALSE(log.empty());

  openStore(folder.path(), "killed.db", sdk::Mode::Check);

  EXPECT_EQ(folder.names(), names);
  EXPECT_EQ(readFile(folder / "killed.db"), file);
  EXPECT_EQ(readFile(folder / "killed.db-wal"), log);
  EXPECT_EQ(openStore(folder.path(), "killed.db")->find(1, "s1", kNow, soon())->username, "ada");
}

TEST(StoreSqliteCheck, IsNotForWork) {
  const Folder folder;
  const auto store = openStore(folder.path(), "sessions.db", sdk::Mode::Check);
  try {
    store->create(session(1, "s1"), 10, kNow, soon());
    FAIL() << "it worked";
  } catch (const sdk::Error& error) {
    EXPECT_EQ(error.code(), sdk::ErrorCode::Internal);
  }
  EXPECT_EQ(folder.names(), Names{});
}

}  // namespace
}  // namespace token_service::store_sqlite
