#include "forwarder.hpp"
#include "store_settings.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace token_service::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kPassword = "the pass'word \"of\\ it";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Startup : public ::testing::Test {
 protected:
  sdk::Error refusal(const StoreSettings& settings, sdk::Mode mode = sdk::Mode::Serve) {
    const sdk::Error error = errorOf([&] { makeStore(settings, host_, mode); });
    EXPECT_FALSE(contains(error.what() + host_.text(), settings.at("password")));
    return error;
  }

  StoreSettings roleSettings(const std::string& password = kPassword) const {
    StoreSettings settings = settingsFor(database_.superuser());
    settings["user"] = role_.name();
    settings["password"] = password;
    return settings;
  }

  RecordingHost host_;
  Role role_{kPassword, " O'Brien \"x\\"};
  Database database_{testCluster(), " it's \"a\\ name"};
};

TEST_F(Startup, SpacesQuotesAndBackslashesInEveryValueAreFine) {
  database_.sql("GRANT CREATE ON SCHEMA public TO " + identifier(role_.name()));
  const auto store = makeStore(roleSettings(), host_);
  store->create(session(1, "s1"), 10, kNow, in(2s));
  EXPECT_TRUE(store->find(1, "s1", kNow, in(2s)));
  EXPECT_FALSE(contains(host_.text(), kPassword));
}

TEST_F(Startup, AWrongPasswordIsRefusedWithHostDatabaseAndUser) {
  const sdk::Error error = refusal(roleSettings("not it"));
  EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig) << error.what();
  EXPECT_TRUE(contains(error.what(), "28P01")) << error.what();
  EXPECT_TRUE(contains(error.what(), "127.0.0.1:" + testCluster().at("port"))) << error.what();
  EXPECT_TRUE(contains(error.what(), database_.name())) << error.what();
  EXPECT_TRUE(contains(error.what(), role_.name())) << error.what();
}

TEST_F(Startup, AnUnknownRoleOrDatabaseAndAMissingPasswordAreRefused) {
  StoreSettings settings = roleSettings();
  settings["user"] = "no such role";
  EXPECT_EQ(refusal(settings).code(), sdk::ErrorCode::InvalidConfig);

  settings = roleSettings();
  settings["database"] = "no such database";
  const sdk::Error error = refusal(settings);
  EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig) << error.what();
  EXPECT_TRUE(contains(error.what(), "3D000")) << error.what();

  settings = roleSettings();
  settings.erase("password");
  const sdk::Error none = errorOf([&] { makeStore(settings, host_); });
  EXPECT_EQ(none.code(), sdk::ErrorCode::InvalidConfig) << none.what();
  EXPECT_TRUE(contains(none.what(), "set password or password_file")) << none.what();
}

TEST_F(Startup, ARoleThatMayNotConnectIsRefused) {
  database_.sql("REVOKE CONNECT ON DATABASE " + identifier(database_.name()) + " FROM PUBLIC");
  const sdk::Error error = refusal(roleSettings());
  EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig) << error.what();
  EXPECT_TRUE(contains(error.what(), "42501")) << error.what();
}

TEST_F(Startup, ARoleThatMayNotCreateTablesIsRefusedUntilTheyAreThere) {
  for (const sdk::Mode mode : {sdk::Mode::Check, sdk::Mode::Serve}) {
    const sdk::Error error = refusal(roleSettings(), mode);
    EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig) << error.what();
    EXPECT_TRUE(contains(error.what(), "grant CREATE")) << error.what();
  }
  makeStore(settingsFor(database_.superuser()), host_, sdk::Mode::Migrate);
  database_.sql("GRANT SELECT, INSERT, UPDATE, DELETE ON user_tokens TO " +
                identifier(role_.name()) + "; GRANT SELECT ON schema_migrations TO " +
                identifier(role_.name()));
  const auto store = makeStore(roleSettings(), host_);
  store->create(session(1, "s1"), 1, kNow, in(2s));
  EXPECT_EQ(store->endAll(1, kNow, in(2s)), 1);
  EXPECT_EQ(store->purgeExpired(kNow, 1, in(2s)), 0);
}

TEST_F(Startup, ARoleThatLacksARightIsRefusedAtStart) {
  makeStore(settingsFor(database_.superuser()), host_, sdk::Mode::Migrate);
  database_.sql("GRANT SELECT, INSERT ON user_tokens TO " + identifier(role_.name()) +
                "; GRANT SELECT ON schema_migrations TO " + identifier(role_.name()));
  for (const sdk::Mode mode : {sdk::Mode::Check, sdk::Mode::Serve}) {
    const sdk::Error error = refusal(roleSettings(), mode);
    EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig) << error.what();
    EXPECT_TRUE(contains(error.what(), "lacks UPDATE, DELETE on table user_tokens"))
        << error.what();
  }
}

TEST_F(Startup, ADatabaseThatForgetsAcknowledgedCommitsIsRefused) {
  database_.sql("ALTER DATABASE " + identifier(database_.name()) + " SET synchronous_commit = off");
  const sdk::Error error = refusal(settingsFor(database_.superuser()));
  EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig) << error.what();
  EXPECT_TRUE(contains(error.what(), "synchronous_commit off")) << error.what();
}

TEST_F(Startup, AReadOnlyDatabaseIsAwaited) {
  database_.sql("ALTER DATABASE " + identifier(database_.name()) +
                " SET default_transaction_read_only = on");
  const auto store = makeStore(settingsFor(database_.superuser()), host_);
  EXPECT_EQ(errorOf([&] { store->check(in(2s)); }).code(), sdk::ErrorCode::Unavailable);
  runSql(testCluster(),
         "ALTER DATABASE " + identifier(database_.name()) + " RESET default_transaction_read_only");
  EXPECT_TRUE(eventually(
      [&] { return std::string(errorOf([&] { store->check(in(2s)); }).what()) == "no error"; },
      2s));
}

TEST_F(Startup, AnUnreachableDatabaseIsAwaitedAndThenMigrated) {
  const Conninfo conninfo = database_.superuser();
  Forwarder forwarder(conninfo.at("host"), conninfo.at("port"), Forwarder::Mode::Refuse);
  StoreSettings settings = settingsFor(conninfo);
  settings["port"] = forwarder.port();
  const auto store = makeStore(settings, host_);
  EXPECT_TRUE(contains(host_.text(), "2 database cannot be used yet")) << host_.text();

  for (int count = 0; count < 20; ++count) {
    const auto before = Clock::now();
    const sdk::Error error = errorOf([&] { store->find(1, "s1", kNow, in(2s)); });
    EXPECT_EQ(error.code(), sdk::ErrorCode::Unavailable) << error.what();
    EXPECT_LT(Clock::now() - before, 100ms);
  }
  EXPECT_EQ(errorOf([&] { store->create(session(1, "s1"), 1, kNow, in(2s)); }).code(),
            sdk::ErrorCode::Unavailable);

  forwarder.set(Forwarder::Mode::Forward);
  EXPECT_TRUE(eventually(
      [&] { return std::string(errorOf([&] { store->check(in(2s)); }).what()) == "no error"; },
      1s));
  store->create(session(1, "s1"), 1, kNow, in(2s));
  EXPECT_TRUE(store->find(1, "s1", kNow, in(2s)));
  EXPECT_FALSE(contains(host_.text(), conninfo.at("password")));
}

TEST_F(Startup, ASilentServerIsGivenUpInTime) {
  const Conninfo conninfo = database_.superuser();
  Forwarder forwarder(conninfo.at("host"), conninfo.at("port"), Forwarder::Mode::Swallow);
  StoreSettings settings = settingsFor(conninfo);
  settings["port"] = forwarder.port();
  settings["connect_timeout"] = "500ms";
  const auto before = Clock::now();
  const auto store = makeStore(settings, host_);
  EXPECT_LT(Clock::now() - before, 700ms);
  EXPECT_EQ(errorOf([&] { store->check(in(300ms)); }).code(), sdk::ErrorCode::Unavailable);
}

TEST_F(Startup, OnlyServeGoesOnWithoutADatabase) {
  StoreSettings settings = settingsFor(database_.superuser());
  settings["port"] = "1";
  EXPECT_EQ(refusal(settings, sdk::Mode::Check).code(), sdk::ErrorCode::Unavailable);
  EXPECT_EQ(refusal(settings, sdk::Mode::Migrate).code(), sdk::ErrorCode::Unavailable);
}

TEST_F(Startup, AServerThatHasNoRoomIsAwaited) {
  database_.sql("GRANT CREATE ON SCHEMA public TO " + identifier(role_.name()));
  runSql(testCluster(), "ALTER DATABASE " + identifier(database_.name()) + " CONNECTION LIMIT 0");
  const auto store = makeStore(roleSettings(), host_);
  EXPECT_TRUE(contains(host_.text(), "53300")) << host_.text();
  runSql(testCluster(), "ALTER DATABASE " + identifier(database_.name()) + " CONNECTION LIMIT -1");
  EXPECT_TRUE(eventually(
      [&] { return std::string(errorOf([&] { store->check(in(2s)); }).what()) == "no error"; },
      1s));
}

TEST_F(Startup, TheNextHostIsTakenIfTheFirstDoesNotAnswer) {
  const Conninfo conninfo = database_.superuser();
  StoreSettings settings = settingsFor(conninfo);
  // 127.0.0.2 is loopback, too, and the cluster does not listen there.
  settings["host"] = "127.0.0.2,127.0.0.1";
  const auto store = makeStore(settings, host_);
  EXPECT_NO_THROW(store->check(in(2s)));
}

}  // namespace
}  // namespace token_service::test
