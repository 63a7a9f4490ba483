#include "support.hpp"

#include <gtest/gtest.h>

#include <string>

namespace token_service::store_sqlite {
namespace {

using sdk::ErrorCode;
using Names = std::set<std::string>;

TEST(StoreSqliteFile, FolderAndFilesAreMadeForTheirOwnerOnly) {
  const Folder folder;
  const auto store = openStore(folder.path(), "data/sessions.db");
  store->create(session(1, "s1"), 10, kNow, soon());
  EXPECT_EQ(modeOf(folder / "data"), 0700U);
  EXPECT_EQ(modeOf(folder / "data/sessions.db"), 0600U);
  EXPECT_EQ(modeOf(folder / "data/sessions.db.lock"), 0600U);
  EXPECT_EQ(modeOf(folder / "data/sessions.db-wal"), 0600U);
  EXPECT_EQ(modeOf(folder / "data/sessions.db-shm"), 0600U);
}

TEST(StoreSqliteFile, AnEndedStoreLeavesOneFileAndItsLock) {
  const Folder folder;
  openStore(folder.path(), "sessions.db")->create(session(1, "s1"), 10, kNow, soon());
  EXPECT_EQ(folder.names(), (Names{"sessions.db", "sessions.db.lock"}));
}

TEST(StoreSqliteFile, APathIsNeverReadAsAUri) {
  const Folder folder;
  const std::string refused = "must be a plain path, not a URI: leave out 'file:' and '?'";
  for (const char* path : {"file:sessions.db", "file:x?mode=memory", "sessions.db?mode=memory"}) {
    expectRefusal(folder.path(), path, ErrorCode::InvalidConfig, refused);
    expectRefusal(folder.path(), path, ErrorCode::InvalidConfig, refused, sdk::Mode::Check);
  }
  EXPECT_EQ(folder.names(), Names{});

  openStore(folder.path(), "100%41#1 'a'.db");
  EXPECT_EQ(folder.names(), (Names{"100%41#1 'a'.db", "100%41#1 'a'.db.lock"}));
}

TEST(StoreSqliteFile, MemoryIsRefused) {
  const Folder folder;
  expectRefusal(folder.path(), ":memory:", ErrorCode::InvalidConfig,
                "must be a file, for sessions in memory would end with the process");
}

TEST(StoreSqliteFile, AMissingPathIsRefusedOnce) {
  const Folder folder;
  expectRefusal(folder.path(), "", ErrorCode::InvalidConfig, "must not be empty");
}

TEST(StoreSqliteFile, AFolderIsRefused) {
  const Folder folder;
  const std::string sentence =
      "is a folder: name a file in it, such as " + (folder / "here/token-service.db");
  std::filesystem::create_directory(folder / "here");
  expectRefusal(folder.path(), "here", ErrorCode::InvalidConfig, sentence);
  expectRefusal(folder.path(), "here", ErrorCode::InvalidConfig, sentence, sdk::Mode::Check);
}

TEST(StoreSqliteFile, WhatIsNoRegularFileIsRefused) {
  const Folder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  expectRefusal(folder.path(), "pipe", ErrorCode::InvalidConfig,
                "is not a regular file: name another path");
}

TEST(StoreSqliteFile, AFileWhereTheFolderShouldBeIsRefused) {
  const Folder folder;
  writeFile(folder / "file", "");
  expectRefusal(folder.path(), "file/sessions.db", ErrorCode::InvalidConfig,
                "cannot be reached: " + (folder / "file/sessions.db") + ": Not a directory");
}

TEST(StoreSqliteFile, OnlyOneMissingFolderIsMade) {
  const Folder folder;
  expectRefusal(
      folder.path(), "a/b/sessions.db", ErrorCode::InvalidConfig,
      "is in a folder that cannot be made, for there is no " + (folder / "a") + ": make it");
  EXPECT_EQ(folder.names(), Names{});
}

TEST(StoreSqliteFile, AReadOnlyFileIsRefused) {
  const Folder folder;
  openStore(folder.path(), "sessions.db");
  const std::string path = folder / "sessions.db";
  ASSERT_EQ(::chmod(path.c_str(), 0400), 0);
  const std::string sentence = "the file is read-only: chmod u+w " + path;
  expectRefusal(folder.path(), "sessions.db", ErrorCode::PermissionDenied, sentence);
  expectRefusal(folder.path(), "sessions.db", ErrorCode::PermissionDenied, sentence,
                sdk::Mode::Check);
}

TEST(StoreSqliteFile, AFileThatOthersMayWriteIsRefused) {
  const Folder folder;
  openStore(folder.path(), "sessions.db");
  const std::string path = folder / "sessions.db";
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  for (const sdk::Mode mode : {sdk::Mode::Serve, sdk::Mode::Check}) {
    expectRefusal(folder.path(), "sessions.db", ErrorCode::PermissionDenied,
                  "may be written by others, who could bring ended sessions back: chmod 600 it",
                  mode);
  }
}

TEST(StoreSqliteFile, AReadOnlyFolderIsRefused) {
  const Folder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0500), 0);
  const std::string sentence = "its folder is read-only: chmod u+w " + folder.path();
  for (const char* path : {"sessions.db", "data/sessions.db"}) {
    expectRefusal(folder.path(), path, ErrorCode::PermissionDenied, sentence);
    expectRefusal(folder.path(), path, ErrorCode::PermissionDenied, sentence, sdk::Mode::Check);
  }
}

TEST(StoreSqliteFile, WhatIsNoDatabaseIsRefusedAndLeftAlone) {
  const Folder folder;
  const std::string sentence =
      "is not an SQLite database or is damaged: restore it from a backup, or name another file";
  const std::string content(5000, 'x');
  writeFile(folder / "notes.txt", content);
  expectRefusal(folder.path(), "notes.txt", ErrorCode::InvalidConfig, sentence);
  expectRefusal(folder.path(), "notes.txt", ErrorCode::InvalidConfig, sentence, sdk::Mode::Check);
  EXPECT_EQ(readFile(folder / "notes.txt"), content);
}

TEST(StoreSqliteFile, ADamagedDatabaseIsRefused) {
  const Folder folder;
  openStore(folder.path(), "sessions.db")->create(session(1, "s1"), 10, kNow, soon());
  const std::string whole = readFile(folder / "sessions.db");
  const std::string sentence =
      "is not an SQLite database or is damaged: restore it from a backup, or name another file";
  constexpr std::size_t kHeader = 100;

  std::string schema_lost = whole;
  schema_lost.replace(kHeader, 3000, std::string(3000, '\xff'));
  writeFile(folder / "sessions.db", schema_lost);
  expectRefusal(folder.path(), "sessions.db", ErrorCode::InvalidConfig, sentence);

  std::string tables_lost = whole;
  tables_lost.replace(4096, std::string::npos, std::string(whole.size() - 4096, '\xff'));
  writeFile(folder / "sessions.db", tables_lost);
  expectRefusal(folder.path(), "sessions.db", ErrorCode::InvalidConfig, sentence);
  expectRefusal(folder.path(), "sessions.db", ErrorCode::InvalidConfig, sentence, sdk::Mode::Check);
}

TEST(StoreSqliteFile, AnEmptyFileIsANewDatabase) {
  const Folder folder;
  writeFile(folder / "sessions.db", "");
  openStore(folder.path(), "sessions.db")->create(session(1, "s1"), 10, kNow, soon());
  EXPECT_EQ(askSql(folder / "sessions.db", "SELECT count(*) FROM user_tokens"), "1");
}

}  // namespace
}  // namespace token_service::store_sqlite
