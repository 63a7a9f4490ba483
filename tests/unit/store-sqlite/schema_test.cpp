#include "support.hpp"

#include <gtest/gtest.h>

namespace token_service::store_sqlite {
namespace {

using sdk::ErrorCode;

constexpr const char* kObjects = "SELECT group_concat(name) FROM sqlite_schema";

TEST(StoreSqliteSchema, MigrateMakesTheSchemaThatServeWorksWith) {
  const Folder folder;
  openStore(folder.path(), "sessions.db", sdk::Mode::Migrate);
  EXPECT_EQ(askSql(folder / "sessions.db", "SELECT group_concat(version) FROM schema_migrations"),
            "1");
  EXPECT_EQ(askSql(folder / "sessions.db",
                   "SELECT group_concat(name || ' ' || lower(type) || ' ' || pk, ', ')"
                   " FROM pragma_table_info('user_tokens')"),
            "id bigint 1, session_id text 2, username text 0, token_data json 0,"
            " created_at integer 0, expires_at integer 0, version integer 0");
  openStore(folder.path(), "sessions.db")->create(session(1, "s1"), 10, kNow, soon());
}

TEST(StoreSqliteSchema, MigratingTwiceIsMigratingOnce) {
  const Folder folder;
  openStore(folder.path(), "sessions.db", sdk::Mode::Migrate);
  openStore(folder.path(), "sessions.db", sdk::Mode::Migrate);
  EXPECT_EQ(askSql(folder / "sessions.db", "SELECT count(*) FROM schema_migrations"), "1");
}

TEST(StoreSqliteSchema, TimesAreMillisecondsSinceTheEpoch) {
  const Folder folder;
  openStore(folder.path(), "sessions.db")->create(session(1, "s1"), 10, kNow, soon());
  EXPECT_EQ(askSql(folder / "sessions.db",
                   "SELECT typeof(created_at) || created_at || ' ' || expires_at FROM user_tokens"),
            "integer1000000000000 1000003600000");
}

TEST(StoreSqliteSchema, ANewerSchemaIsRefusedAndLeftAlone) {
  const Folder folder;
  openStore(folder.path(), "sessions.db");
  runSql(folder / "sessions.db", "INSERT INTO schema_migrations VALUES (7, 0)");
  const std::string before = readFile(folder / "sessions.db");
  const std::string sentence =
      "has schema version 7, and this build knows versions up to 1: install the newer token "
      "service, or name another file";
  for (const sdk::Mode mode : {sdk::Mode::Check, sdk::Mode::Serve, sdk::Mode::Migrate}) {
    expectRefusal(folder.path(), "sessions.db", ErrorCode::InvalidConfig, sentence, mode);
  }
  EXPECT_EQ(readFile(folder / "sessions.db"), before);
}

TEST(StoreSqliteSchema, ATableOfSomebodyElseIsRefusedAndLeftAlone) {
  const Folder folder;
  runSql(folder / "sessions.db", "CREATE TABLE user_tokens (x)");
  const std::string before = readFile(folder / "sessions.db");
  for (const sdk::Mode mode : {sdk::Mode::Check, sdk::Mode::Serve}) {
    expectRefusal(folder.path(), "sessions.db", ErrorCode::InvalidConfig,
                  "has a table user_tokens that this service did not make: name another file",
                  mode);
  }
  EXPECT_EQ(readFile(folder / "sessions.db"), before);
}

TEST(StoreSqliteSchema, AMigrationThatFailsHalfWayLeavesNothing) {
  const Folder folder;
  // Stands in the way of the second statement of the first migration.
  runSql(folder / "sessions.db",
         "CREATE TABLE other (x); CREATE INDEX user_tokens_expires_at ON other (x)");
  EXPECT_THROW(openStore(folder.path(), "sessions.db"), sdk::Error);
  EXPECT_EQ(askSql(folder / "sessions.db", kObjects), "other,user_tokens_expires_at");
}

TEST(StoreSqliteSchema, ASchemaThatIsNotWhatItsVersionSaysIsRefused) {
  const Folder folder;
  openStore(folder.path(), "sessions.db");
  runSql(folder / "sessions.db", "ALTER TABLE user_tokens RENAME COLUMN version TO revision");
  for (const sdk::Mode mode : {sdk::Mode::Check, sdk::Mode::Serve}) {
    expectRefusal(folder.path(), "sessions.db", ErrorCode::InvalidConfig,
                  "does not hold the tables that its schema version promises: restore it from a "
                  "backup, or name another file",
                  mode);
  }
}

TEST(StoreSqliteSchema, ColumnsThatSomebodyAddedDoNoHarm) {
  const Folder folder;
  openStore(folder.path(), "sessions.db");
  runSql(folder / "sessions.db", "ALTER TABLE user_tokens ADD COLUMN note text");
  const auto store = openStore(folder.path(), "sessions.db");
  store->create(session(1, "s1"), 10, kNow, soon());
  EXPECT_TRUE(store->find(1, "s1", kNow, soon()));
}

}  // namespace
}  // namespace token_service::store_sqlite
