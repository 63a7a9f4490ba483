#include "forwarder.hpp"
#include "other_session.hpp"
#include "store_settings.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

namespace token_service::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kKillOurs =
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
    " WHERE application_name = 'token-service' AND datname = current_database()";

// Each with batching on and off.
class Failure : public ::testing::TestWithParam<const char*> {
 protected:
  StoreSettings settings() const {
    StoreSettings settings = settingsFor(database_.superuser());
    settings["batching"] = GetParam();
    return settings;
  }
  std::unique_ptr<store_postgres::PostgresStore> make() { return makeStore(settings(), host_); }
  std::unique_ptr<store_postgres::PostgresStore> makeThrough(const Forwarder& forwarder,
                                                             const std::string& connections) {
    StoreSettings through = settings();
    through["port"] = forwarder.port();
    through["connections"] = connections;
    return makeStore(through, host_);
  }
  Forwarder forwarder() const {
    return {database_.superuser().at("host"), database_.superuser().at("port")};
  }

  RecordingHost host_;
  Database database_;
};

TEST_P(Failure, ConnectionsKilledWhileIdleAreInvisible) {
  const auto store = make();
  store->create(session(1, "s1"), 10, kNow, in(2s));
  for (int round = 0; round < 10; ++round) {
    database_.sql(kKillOurs);
    EXPECT_NO_THROW(EXPECT_TRUE(store->find(1, "s1", kNow, in(2s))));
    database_.sql(kKillOurs);
    const std::string id = "w" + std::to_string(round);
    EXPECT_NO_THROW(store->create(session(2, id), 100, kNow, in(2s)));
    database_.sql(kKillOurs);
    EXPECT_NO_THROW(
        EXPECT_EQ(store->replace(1, session(2, id), kNow, in(2s)), sdk::ReplaceResult::Replaced));
  }
  EXPECT_EQ(store->list(2, kNow, in(2s)).size(), 10U);
}

TEST_P(Failure, WhatWasAcknowledgedOutlivesKillsUnderLoad) {
  const auto store = make();
  std::atomic<bool> stop = false;
  std::atomic<int> failures = 0;
  std::vector<std::set<std::string>> created(4);
  std::vector<std::set<std::string>> ended(4);
  std::vector<std::thread> threads;
  for (std::size_t index = 0; index < created.size(); ++index) {
    threads.emplace_back([&, index] {
      const auto user = static_cast<std::int64_t>(index) + 1;
      for (int count = 0; !stop; ++count) {
        const std::string id = "s" + std::to_string(count);
        try {
          store->create(session(user, id), 100'000, kNow, in(2s));
          created[index].insert(id);
          if (count % 3 == 0 && (created[index].erase(id), true) &&
              store->end(user, id, kNow, in(2s))) {
            ended[index].insert(id);
          }
        } catch (const sdk::Error& error) {
          EXPECT_TRUE(error.code() == sdk::ErrorCode::Unavailable ||
                      error.code() == sdk::ErrorCode::Timeout)
              << error.what();
          ++failures;
        }
      }
    });
  }
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(50ms);
    database_.sql(kKillOurs);
  }
  stop = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  std::size_t kept = 0;
  for (std::size_t index = 0; index < created.size(); ++index) {
    const auto user = static_cast<std::int64_t>(index) + 1;
    std::set<std::string> live;
    for (const sdk::Session& one : store->list(user, kNow, in(5s))) {
      live.insert(one.id);
    }
    for (const std::string& id : created[index]) {
      EXPECT_TRUE(live.contains(id)) << user << " " << id;
    }
    for (const std::string& id : ended[index]) {
      EXPECT_FALSE(live.contains(id)) << user << " " << id;
    }
    kept += created[index].size();
  }
  EXPECT_GT(kept, 100U);
  RecordProperty("failures", failures);
}

TEST_P(Failure, ALockHeldElsewhereGivesUnavailableInTime) {
  const auto store = make();
  store->create(session(1, "s1"), 10, kNow, in(2s));
  const OtherSession other(database_.superuser(),
                           "SELECT 1 FROM user_tokens WHERE id = 1 FOR UPDATE");
  const auto expect_unavailable = [&](auto operation) {
    const auto before = Clock::now();
    const sdk::Error error = errorOf(operation);
    EXPECT_EQ(error.code(), sdk::ErrorCode::Unavailable) << error.what();
    EXPECT_LT(Clock::now() - before, 2500ms);
  };
  expect_unavailable([&] { store->replace(1, session(1, "s1"), kNow, in(10s)); });
  expect_unavailable([&] { store->endAll(1, kNow, in(10s)); });
  expect_unavailable([&] { store->create(session(1, "s2"), 1, kNow, in(10s)); });
  EXPECT_TRUE(store->find(1, "s1", kNow, in(2s)));
  EXPECT_EQ(store->purgeExpired(kNow + 48h, 10, in(2s)), 0);
  EXPECT_FALSE(store->find(1, "s2", kNow, in(2s)));
}

TEST_P(Failure, AWriteThatIsCutOffByItsDeadlineMayHaveBeenMade) {
  const auto store = make();
  store->create(session(1, "s1"), 10, kNow, in(2s));
  const OtherSession other(database_.superuser(),
                           "SELECT 1 FROM user_tokens WHERE id = 1 FOR UPDATE");
  const auto before = Clock::now();
  const sdk::Error error = errorOf([&] { store->end(1, "s1", kNow, in(200ms)); });
  EXPECT_EQ(error.code(), sdk::ErrorCode::Timeout) << error.what();
  EXPECT_LT(Clock::now() - before, 300ms);
  // The server notices that we hung up, and waits for the lock no longer.
  EXPECT_TRUE(eventually(
      [&] {
        return database_
            .sql(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'token-service'"
                " AND wait_event_type = 'Lock'")
            .empty();
      },
      1500ms));
}

TEST_P(Failure, ASilentNetworkIsAnsweredByTheDeadline) {
  Forwarder network = forwarder();
  const auto store = makeThrough(network, "2");
  store->create(session(1, "s1"), 10, kNow, in(2s));
  for (const Forwarder::Mode mode : {Forwarder::Mode::Swallow, Forwarder::Mode::SwallowAnswers}) {
    network.set(mode);
    for (int count = 0; count < 4; ++count) {
      auto before = Clock::now();
      EXPECT_EQ(errorOf([&] { store->find(1, "s1", kNow, in(300ms)); }).code(),
                sdk::ErrorCode::Unavailable);
      EXPECT_LT(Clock::now() - before, 400ms);
      before = Clock::now();
      const sdk::Error error =
          errorOf([&] { store->create(session(2, "s1"), 10, kNow, in(300ms)); });
      EXPECT_TRUE(error.code() == sdk::ErrorCode::Unavailable ||
                  error.code() == sdk::ErrorCode::Timeout)
          << error.what();
      EXPECT_LT(Clock::now() - before, 400ms);
    }
    network.set(Forwarder::Mode::Refuse);
    std::this_thread::sleep_for(50ms);
    network.set(Forwarder::Mode::Forward);
    EXPECT_TRUE(eventually(
        [&] { return std::string(errorOf([&] { store->check(in(1s)); }).what()) == "no error"; },
        2s));
  }
}

TEST_P(Failure, AWriteWhoseAnswerIsLostIsATimeout) {
  Forwarder network = forwarder();
  const auto store = makeThrough(network, "1");
  network.set(Forwarder::Mode::SwallowAnswers);
  const sdk::Error error = errorOf([&] { store->create(session(1, "s1"), 10, kNow, in(300ms)); });
  EXPECT_EQ(error.code(), sdk::ErrorCode::Timeout) << error.what();
  EXPECT_EQ(database_.sql("SELECT session_id FROM user_tokens"), std::vector<std::string>{"s1"});
}

TEST_P(Failure, AnIdleConnectionThatTheNetworkEndedIsInvisible) {
  Forwarder network = forwarder();
  const auto store = makeThrough(network, "2");
  store->create(session(1, "s1"), 10, kNow, in(2s));
  // One that is being opened when the network ends it would be a failed attempt, which is visible.
  ASSERT_TRUE(eventually([&] { return network.open() == 2; }, 10s));
  std::this_thread::sleep_for(200ms);
  network.set(Forwarder::Mode::Refuse);
  ASSERT_TRUE(eventually([&] { return network.open() == 0; }, 10s));
  network.set(Forwarder::Mode::Forward);
  EXPECT_NO_THROW(store->create(session(1, "s2"), 10, kNow, in(2s)));
}

TEST_P(Failure, MoreCallersThanConnectionsWaitTheirTurn) {
  StoreSettings few = settings();
  few["connections"] = "2";
  const auto store = makeStore(few, host_);
  std::vector<std::thread> threads;
  for (int index = 0; index < 16; ++index) {
    threads.emplace_back([&, index] {
      for (int count = 0; count < 20; ++count) {
        EXPECT_NO_THROW(
            store->create(session(index + 1, std::to_string(count)), 100, kNow, in(5s)));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(database_
                .sql("SELECT pid FROM pg_stat_activity WHERE application_name ="
                     " 'token-service' AND datname = current_database()")
                .size(),
            2U);
}

TEST_P(Failure, AReadOnlyTransactionIsUnavailableAndTheConnectionIsReplaced) {
  StoreSettings few = settings();
  few["connections"] = "1";
  const auto store = makeStore(few, host_);
  // As on a server that became a standby under an open connection.
  database_.sql(
      "CREATE FUNCTION demote() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " RAISE EXCEPTION 'secret row %', NEW.username USING ERRCODE = '25006'; END $$;"
      "CREATE TRIGGER demote BEFORE INSERT ON user_tokens FOR EACH ROW EXECUTE FUNCTION"
      " demote()");
  const auto backend = [&] {
    return database_.sql(
        "SELECT pid FROM pg_stat_activity WHERE application_name ="
        " 'token-service' AND datname = current_database()");
  };
  const std::vector<std::string> before = backend();
  const sdk::Error error = errorOf([&] { store->create(session(1, "s1"), 1, kNow, in(2s)); });
  EXPECT_EQ(error.code(), sdk::ErrorCode::Unavailable);
  EXPECT_NE(std::string(error.what()).find("25006"), std::string::npos) << error.what();
  EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
  EXPECT_NO_THROW(store->check(in(2s)));
  EXPECT_NE(backend(), before);
}

TEST_P(Failure, ConflictsAreRepeatedAtMostThreeTimes) {
  const auto store = make();
  database_.sql(
      "CREATE SEQUENCE attempts;"
      "CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " IF nextval('attempts') % 10 <> 4 OR NEW.username = 'never' THEN"
      " RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$;"
      "CREATE TRIGGER conflict BEFORE INSERT ON user_tokens FOR EACH ROW EXECUTE"
      " FUNCTION conflict()");
  EXPECT_NO_THROW(store->create(session(1, "s1"), 1, kNow, in(2s)));
  EXPECT_EQ(database_.sql("SELECT last_value FROM attempts").front(), "4");
  sdk::Session never = session(1, "s2");
  never.username = "never";
  EXPECT_EQ(errorOf([&] { store->create(never, 1, kNow, in(2s)); }).code(),
            sdk::ErrorCode::Unavailable);
  EXPECT_EQ(database_.sql("SELECT last_value FROM attempts").front(), "8");
  EXPECT_TRUE(store->find(1, "s1", kNow, in(2s)));
}

TEST_P(Failure, AnErrorLateInATransactionUndoesAllOfIt) {
  const auto store = make();
  store->create(session(1, "s1"), 10, kNow, in(2s));
  database_.sql(
      "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " RAISE EXCEPTION 'no' USING ERRCODE = '22000'; END $$;"
      "CREATE TRIGGER fail BEFORE UPDATE ON user_tokens FOR EACH ROW EXECUTE FUNCTION"
      " fail()");
  sdk::Session renamed = session(1, "s2");
  renamed.username = "countess";
  EXPECT_EQ(errorOf([&] { store->create(renamed, 10, kNow, in(2s)); }).code(),
            sdk::ErrorCode::Internal);
  EXPECT_EQ(store->list(1, kNow, in(2s)).size(), 1U);
  EXPECT_NO_THROW(store->create(session(1, "s3"), 10, kNow, in(2s)));
}

TEST_P(Failure, AnErrorAtCommitIsNoSuccess) {
  const auto store = make();
  database_.sql(
      "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$;"
      "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON user_tokens DEFERRABLE INITIALLY"
      " DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()");
  EXPECT_EQ(errorOf([&] { store->create(session(1, "s1"), 1, kNow, in(2s)); }).code(),
            sdk::ErrorCode::Unavailable);
  EXPECT_FALSE(store->find(1, "s1", kNow, in(2s)));
}

TEST_P(Failure, AWarningOnAWriteIsNoSuccess) {
  const auto store = make();
  database_.sql(
      "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " RAISE WARNING 'may not have been replicated'; RETURN NEW; END $$;"
      "CREATE TRIGGER warn BEFORE INSERT ON user_tokens FOR EACH ROW EXECUTE FUNCTION"
      " warn()");
  EXPECT_EQ(errorOf([&] { store->create(session(1, "s1"), 1, kNow, in(2s)); }).code(),
            sdk::ErrorCode::Timeout);
}

TEST_P(Failure, NoMessageHoldsStatementsOrValues) {
  const auto store = make();
  sdk::Session broken = session(1, "s1");
  broken.token_data = "{secret-value";
  const sdk::Error error = errorOf([&] { store->create(broken, 1, kNow, in(2s)); });
  EXPECT_EQ(error.code(), sdk::ErrorCode::Internal);
  EXPECT_STREQ(error.what(), "the database refused a statement (SQLSTATE 22P02)");
  EXPECT_NO_THROW(store->create(session(1, "s1"), 1, kNow, in(2s)));
}

TEST_P(Failure, ASessionThatIsThereAlreadyIsAnErrorAndStaysAsItWas) {
  const auto store = make();
  store->create(session(1, "s1"), 10, kNow, in(2s));
  sdk::Session again = session(1, "s1");
  again.username = "countess";
  EXPECT_EQ(errorOf([&] { store->create(again, 10, kNow, in(2s)); }).code(),
            sdk::ErrorCode::Internal);
  EXPECT_EQ(store->find(1, "s1", kNow, in(2s))->username, "ada");
}

TEST_P(Failure, AZeroByteNeverMatchesAShorterId) {
  const auto store = make();
  store->create(session(1, "s1"), 10, kNow, in(2s));
  EXPECT_EQ(errorOf([&] { store->find(1, std::string_view("s1\0x", 4), kNow, in(2s)); }).code(),
            sdk::ErrorCode::Internal);
}

INSTANTIATE_TEST_SUITE_P(Batching, Failure, ::testing::Values("on", "off"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(FailureOfTheServer, ARestartIsRecoveredFromAndLosesNothing) {
  const OwnCluster cluster;
  RecordingHost host;
  const Database database(cluster.conninfo());
  const auto store = makeStore(settingsFor(database.superuser()), host);
  for (int round = 0; round < 2; ++round) {
    const std::string id = "s" + std::to_string(round);
    store->create(session(1, id), 10, kNow, in(2s));
    cluster.halt();
    for (int count = 0; count < 10; ++count) {
      const auto before = Clock::now();
      EXPECT_EQ(errorOf([&] { store->find(1, id, kNow, in(2s)); }).code(),
                sdk::ErrorCode::Unavailable);
      EXPECT_LT(Clock::now() - before, 1s);
    }
    cluster.resume();
    const auto before = Clock::now();
    EXPECT_TRUE(eventually(
        [&] {
          return std::string(errorOf([&] { store->find(1, id, kNow, in(1s)); }).what()) ==
                 "no error";
        },
        2s));
    EXPECT_LT(Clock::now() - before, 1s);
    EXPECT_TRUE(store->find(1, id, kNow, in(2s)));
  }
}

}  // namespace
}  // namespace token_service::test
