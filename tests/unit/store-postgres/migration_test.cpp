#include "store_settings.hpp"

#include <gtest/gtest.h>

#include <barrier>
#include <thread>
#include <vector>

namespace token_service::test {
namespace {

class Migration : public ::testing::Test {
 protected:
  std::unique_ptr<store_postgres::PostgresStore> make(sdk::Mode mode = sdk::Mode::Serve) {
    return makeStore(settingsFor(database_.superuser()), host_, mode);
  }

  std::string tables() const {
    return database_
        .sql(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind = 'r'")
        .front();
  }

  RecordingHost host_;
  Database database_;
};

TEST_F(Migration, ServeAndMigrateMakeTheTables) {
  make(sdk::Mode::Migrate);
  EXPECT_EQ(database_.sql("SELECT version FROM schema_migrations"), std::vector<std::string>{"1"});
  EXPECT_EQ(
      database_.sql("SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'user_tokens%'").size(),
      2U);
  make()->check(in(2s));
  make(sdk::Mode::Migrate);
  EXPECT_EQ(database_.sql("SELECT version FROM schema_migrations").size(), 1U);
}

TEST_F(Migration, CheckChangesNothing) {
  make(sdk::Mode::Check)->check(in(2s));
  EXPECT_EQ(tables(), "0");
  EXPECT_NE(host_.text().find("schema will be migrated at start"), std::string::npos);
  make(sdk::Mode::Migrate);
  make(sdk::Mode::Check)->check(in(2s));
  EXPECT_NE(host_.text().find("schema is up to date"), std::string::npos);
}

TEST_F(Migration, ManyInstancesMigrateOnce) {
  constexpr int kInstances = 4;
  for (int round = 0; round < 5; ++round) {
    std::barrier line(kInstances);
    std::vector<std::thread> threads;
    for (int index = 0; index < kInstances; ++index) {
      threads.emplace_back([&, index] {
        line.arrive_and_wait();
        try {
          const auto store = make();
          store->create(session(index + 1, "s1"), 1, kNow, in(2s));
        } catch (const std::exception& error) {
          ADD_FAILURE() << error.what();
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    EXPECT_EQ(database_.sql("SELECT id FROM user_tokens").size(), 4U);
    EXPECT_EQ(database_.sql("SELECT version FROM schema_migrations").size(), 1U);
    database_.sql("DROP TABLE user_tokens, schema_migrations");
  }
}

TEST_F(Migration, ANewerSchemaIsRefusedWithBothVersions) {
  make(sdk::Mode::Migrate);
  database_.sql("INSERT INTO schema_migrations (version) VALUES (7)");
  for (const sdk::Mode mode : {sdk::Mode::Serve, sdk::Mode::Check, sdk::Mode::Migrate}) {
    const sdk::Error error = errorOf([&] { make(mode); });
    EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig);
    EXPECT_NE(std::string(error.what()).find("schema version 7, this program knows version 1"),
              std::string::npos)
        << error.what();
  }
}

TEST_F(Migration, ANewerSchemaThatSuitsOlderProgramsIsAccepted) {
  make(sdk::Mode::Migrate);
  database_.sql("INSERT INTO schema_migrations (version, oldest_compatible) VALUES (2, 1)");
  database_.sql("ALTER TABLE user_tokens ADD COLUMN device text, ADD COLUMN n int DEFAULT 3");
  const auto store = make();
  store->create(session(1, "s1"), 1, kNow, in(2s));
  EXPECT_TRUE(store->find(1, "s1", kNow, in(2s)));
}

TEST_F(Migration, AColumnAddedWhileWeRunIsNoProblem) {
  const auto store = make();
  store->create(session(1, "s1"), 1, kNow, in(2s));
  database_.sql("ALTER TABLE user_tokens ADD COLUMN device text");
  store->create(session(1, "s2"), 2, kNow, in(2s));
  EXPECT_EQ(store->list(1, kNow, in(2s)).size(), 2U);
}

TEST_F(Migration, TablesThatAreNotOursAreRefused) {
  database_.sql("CREATE TABLE user_tokens (id int)");
  const sdk::Error error = errorOf([&] { make(); });
  EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig);
  EXPECT_NE(std::string(error.what()).find("did not make"), std::string::npos) << error.what();
  EXPECT_EQ(tables(), "1");
}

TEST_F(Migration, AMissingColumnIsRefusedAtStart) {
  make(sdk::Mode::Migrate);
  database_.sql("ALTER TABLE user_tokens DROP COLUMN token_data");
  const sdk::Error error = errorOf([&] { make(); });
  EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig);
  EXPECT_NE(std::string(error.what()).find("42703"), std::string::npos) << error.what();
}

}  // namespace
}  // namespace token_service::test
