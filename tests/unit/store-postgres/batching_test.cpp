// What only operations that share a transaction or a statement can get wrong. Each test holds the
// workers up for a moment, so that what arrives meanwhile goes out together.

#include "forwarder.hpp"
#include "other_session.hpp"
#include "store_settings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

namespace token_service::test {
namespace {

using Clock = std::chrono::steady_clock;

class Batching : public ::testing::Test {
 protected:
  // One committer and one reader, so that all that waits goes out as one batch.
  std::unique_ptr<store_postgres::PostgresStore> make(const std::string& connections = "2") {
    return makeThrough(database_.superuser().at("port"), connections);
  }
  std::unique_ptr<store_postgres::PostgresStore> makeThrough(const std::string& port,
                                                             const std::string& connections) {
    StoreSettings settings = settingsFor(database_.superuser());
    settings["port"] = port;
    settings["connections"] = connections;
    return makeStore(settings, host_);
  }

  // Runs all at once while the committer waits for user 1000, who is locked; so they go out as one
  // batch when the lock is let go. Gives the error of each.
  std::vector<sdk::Error> together(sdk::Store& store,
                                   const std::vector<std::function<void()>>& operations) {
    std::optional<OtherSession> other(std::in_place, database_.superuser(),
                                      "SELECT pg_advisory_xact_lock(1000)");
    std::thread first([&] { store.endAll(1000, kNow, in(2s)); });
    EXPECT_TRUE(eventually([&] { return waiting() == 1; }, 1s));
    std::vector<sdk::Error> errors(operations.size(), sdk::Error(sdk::ErrorCode::Internal, ""));
    std::vector<std::thread> threads;
    for (std::size_t index = 0; index < operations.size(); ++index) {
      threads.emplace_back([&, index] { errors[index] = errorOf(operations[index]); });
    }
    std::this_thread::sleep_for(200ms);
    other.reset();
    first.join();
    for (std::thread& thread : threads) {
      thread.join();
    }
    return errors;
  }

  // How many of the store's connections wait for a lock.
  std::size_t waiting() const {
    return database_
        .sql(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'token-service' AND"
            " datname = current_database() AND wait_event_type = 'Lock'")
        .size();
  }

  // Notes the transaction of every insertion.
  void noteTransactions() const {
    database_.sql(
        "CREATE TABLE noted (id bigint, transaction bigint);"
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " INSERT INTO noted VALUES (NEW.id, txid_current()); RETURN NEW; END $$;"
        "CREATE TRIGGER note AFTER INSERT ON user_tokens FOR EACH ROW EXECUTE FUNCTION note()");
  }

  RecordingHost host_;
  Database database_;
};

bool isSuccess(const sdk::Error& error) { return std::string_view(error.what()) == "no error"; }

TEST_F(Batching, ChangesOfManyUsersShareATransaction) {
  const auto store = make();
  noteTransactions();
  std::vector<std::function<void()>> creates;
  for (std::int64_t user = 1; user <= 20; ++user) {
    creates.emplace_back([&, user] { store->create(session(user, "s1"), 1, kNow, in(2s)); });
  }
  for (const sdk::Error& error : together(*store, creates)) {
    EXPECT_TRUE(isSuccess(error)) << error.what();
  }
  EXPECT_EQ(database_.sql("SELECT count(DISTINCT transaction) FROM noted").front(), "1");
  EXPECT_EQ(database_.sql("SELECT count(*) FROM user_tokens").front(), "20");
}

TEST_F(Batching, EveryKindOfChangeGivesItsOwnCallerItsOwnResult) {
  const auto store = make();
  for (std::int64_t user = 1; user <= 9; ++user) {
    store->create(session(user, "s1"), 10, kNow, in(2s));
    store->create(session(user, "s2"), 10, kNow, in(2s));
  }
  sdk::Session renamed = session(9, "s3");
  renamed.username = "countess";
  sdk::Session brief = session(8, "s3");
  brief.expires_at = kNow + 1ms;
  store->create(brief, 10, kNow, in(2s));
  std::vector<std::int64_t> results(8);
  const std::vector<sdk::Error> errors = together(
      *store,
      {[&] { store->create(session(1, "s3"), 2, kNow, in(2s)); },
       [&] { results[1] = store->end(2, "s1", kNow, in(2s)) ? 1 : 0; },
       [&] { results[2] = store->end(3, "s9", kNow, in(2s)) ? 1 : 0; },
       [&] { results[3] = store->endAll(4, kNow, in(2s)); },
       [&] {
         results[4] = static_cast<std::int64_t>(store->replace(1, session(5, "s1"), kNow, in(2s)));
       },
       [&] {
         results[5] = static_cast<std::int64_t>(store->replace(7, session(6, "s1"), kNow, in(2s)));
       },
       [&] {
         results[6] = static_cast<std::int64_t>(store->replace(1, session(7, "s9"), kNow, in(2s)));
       },
       [&] { results[7] = store->endAll(8, kNow + 1ms, in(2s)); },
       [&] { store->create(renamed, 10, kNow, in(2s)); }});
  for (const sdk::Error& error : errors) {
    EXPECT_TRUE(isSuccess(error)) << error.what();
  }
  EXPECT_EQ(results, (std::vector<std::int64_t>{
                         0, 1, 0, 2, static_cast<std::int64_t>(sdk::ReplaceResult::Replaced),
                         static_cast<std::int64_t>(sdk::ReplaceResult::Changed),
                         static_cast<std::int64_t>(sdk::ReplaceResult::Gone), 2}));
  EXPECT_EQ(store->list(1, kNow, in(2s)).front().id, "s3");
  EXPECT_EQ(store->list(1, kNow, in(2s)).size(), 2U);
  EXPECT_EQ(store->list(4, kNow, in(2s)).size(), 0U);
  EXPECT_EQ(store->find(5, "s1", kNow, in(2s))->version, 2);
  EXPECT_EQ(store->find(6, "s1", kNow, in(2s))->version, 1);
  EXPECT_EQ(store->find(9, "s1", kNow, in(2s))->username, "countess");
  EXPECT_EQ(store->list(9, kNow, in(2s)).size(), 3U);
}

TEST_F(Batching, ARefusedMemberFailsItsCallerOnly) {
  const auto store = make();
  store->create(session(1, "s1"), 10, kNow, in(2s));
  sdk::Session broken = session(2, "s1");
  broken.token_data = "{secret-value";
  const std::vector<sdk::Error> errors =
      together(*store, {[&] { store->create(session(1, "s1"), 10, kNow, in(2s)); },
                        [&] { store->create(broken, 10, kNow, in(2s)); },
                        [&] { store->create(session(3, "s1"), 10, kNow, in(2s)); },
                        [&] { store->end(4, "s1", kNow, in(2s)); },
                        [&] { store->create(session(5, "s1"), 10, kNow, in(2s)); }});
  EXPECT_STREQ(errors[0].what(), "the database refused a statement (SQLSTATE 23505)");
  EXPECT_STREQ(errors[1].what(), "the database refused a statement (SQLSTATE 22P02)");
  EXPECT_EQ(errors[0].code(), sdk::ErrorCode::Internal);
  EXPECT_TRUE(isSuccess(errors[2])) << errors[2].what();
  EXPECT_TRUE(isSuccess(errors[3])) << errors[3].what();
  EXPECT_TRUE(isSuccess(errors[4])) << errors[4].what();
  EXPECT_EQ(database_.sql("SELECT id FROM user_tokens ORDER BY id"),
            (std::vector<std::string>{"1", "3", "5"}));
}

TEST_F(Batching, ConflictsOfABatchAreRepeatedAtMostThreeTimes) {
  const auto store = make();
  database_.sql(
      "CREATE SEQUENCE attempts;"
      "CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " IF NEW.id = 1 THEN PERFORM nextval('attempts');"
      " RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$;"
      "CREATE TRIGGER conflict BEFORE INSERT ON user_tokens FOR EACH ROW EXECUTE"
      " FUNCTION conflict()");
  const std::vector<sdk::Error> errors =
      together(*store, {[&] { store->create(session(1, "s1"), 10, kNow, in(2s)); },
                        [&] { store->create(session(2, "s1"), 10, kNow, in(2s)); }});
  EXPECT_EQ(errors[0].code(), sdk::ErrorCode::Unavailable) << errors[0].what();
  EXPECT_TRUE(isSuccess(errors[1])) << errors[1].what();
  EXPECT_EQ(database_.sql("SELECT last_value FROM attempts").front(), "4");
}

TEST_F(Batching, AUserWhoIsLockedElsewhereHoldsUpTheOthersForAMoment) {
  const auto store = make();
  store->create(session(1, "s1"), 10, kNow, in(2s));
  store->create(session(2, "s1"), 10, kNow, in(2s));
  const OtherSession other(database_.superuser(),
                           "SELECT 1 FROM user_tokens WHERE id = 1 FOR UPDATE");
  // The locked one's turn comes after the others': it was asked for last.
  std::vector<Clock::duration> times(3);
  const auto timed = [&](std::size_t index, auto operation) {
    return [&times, index, operation] {
      std::this_thread::sleep_for(index == 2 ? 50ms : 0ms);
      const auto before = Clock::now();
      operation();
      times[index] = Clock::now() - before;
    };
  };
  const std::vector<sdk::Error> errors =
      together(*store, {timed(0, [&] { store->create(session(2, "s2"), 10, kNow, in(3s)); }),
                        timed(1, [&] { store->create(session(3, "s1"), 10, kNow, in(3s)); }),
                        timed(2, [&] { store->end(1, "s1", kNow, in(3s)); })});
  EXPECT_TRUE(isSuccess(errors[0])) << errors[0].what();
  EXPECT_TRUE(isSuccess(errors[1])) << errors[1].what();
  EXPECT_LT(times[0], 1s);
  EXPECT_LT(times[1], 1s);
  EXPECT_EQ(errors[2].code(), sdk::ErrorCode::Unavailable) << errors[2].what();
}

TEST_F(Batching, ADeadlineThatPassesInTheQueueWritesNothing) {
  const auto store = make();
  std::vector<std::function<void()>> creates;
  for (std::int64_t user = 1; user <= 10; ++user) {
    creates.emplace_back([&, user] { store->create(session(user, "s1"), 1, kNow, in(100ms)); });
  }
  for (const sdk::Error& error : together(*store, creates)) {
    EXPECT_EQ(error.code(), sdk::ErrorCode::Unavailable) << error.what();
    EXPECT_STREQ(error.what(), "the database was not free in time");
  }
  store->endAll(1000, kNow, in(2s));
  EXPECT_EQ(database_.sql("SELECT count(*) FROM user_tokens").front(), "0");
}

TEST_F(Batching, AMemberThatWasSentLeavesAtItsOwnDeadlineAndTheOthersAreAnswered) {
  const auto store = make();
  database_.sql(
      "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " PERFORM pg_sleep(0.4); RETURN NULL; END $$;"
      "CREATE TRIGGER slow AFTER INSERT ON user_tokens FOR EACH STATEMENT EXECUTE FUNCTION slow()");
  std::atomic<int> hurried = 0;
  const std::vector<sdk::Error> errors =
      together(*store, {[&] {
                          const auto before = Clock::now();
                          try {
                            store->create(session(1, "s1"), 1, kNow, in(400ms));
                          } catch (const sdk::Error&) {
                            hurried = Clock::now() - before < 500ms ? 1 : 0;
                            throw;
                          }
                        },
                        [&] { store->create(session(2, "s1"), 1, kNow, in(2s)); },
                        [&] { store->create(session(3, "s1"), 1, kNow, in(2s)); }});
  EXPECT_EQ(errors[0].code(), sdk::ErrorCode::Timeout) << errors[0].what();
  EXPECT_EQ(hurried, 1);
  EXPECT_TRUE(isSuccess(errors[1])) << errors[1].what();
  EXPECT_TRUE(isSuccess(errors[2])) << errors[2].what();
  EXPECT_EQ(database_.sql("SELECT count(*) FROM user_tokens").front(), "3");
}

TEST_F(Batching, AConnectionKilledAmidABatchIsInvisibleIfNothingWasCommitted) {
  const auto store = make();
  database_.sql(
      "CREATE SEQUENCE attempts;"
      "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " IF nextval('attempts') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid());"
      " PERFORM pg_sleep(1); END IF; RETURN NULL; END $$;"
      "CREATE TRIGGER die AFTER INSERT ON user_tokens FOR EACH STATEMENT EXECUTE FUNCTION die()");
  const std::vector<sdk::Error> errors =
      together(*store, {[&] { store->create(session(1, "s1"), 1, kNow, in(2s)); },
                        [&] { store->create(session(2, "s1"), 1, kNow, in(2s)); },
                        [&] { store->create(session(3, "s1"), 1, kNow, in(2s)); }});
  for (const sdk::Error& error : errors) {
    EXPECT_TRUE(isSuccess(error)) << error.what();
  }
  EXPECT_EQ(database_.sql("SELECT count(*) FROM user_tokens").front(), "3");
}

TEST_F(Batching, AWarningOnABatchIsNoSuccessForAnyMember) {
  const auto store = make();
  database_.sql(
      "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " RAISE WARNING 'may not have been replicated'; RETURN NULL; END $$;"
      "CREATE TRIGGER warn AFTER INSERT ON user_tokens FOR EACH STATEMENT EXECUTE FUNCTION warn()");
  for (const sdk::Error& error :
       together(*store, {[&] { store->create(session(1, "s1"), 1, kNow, in(2s)); },
                         [&] { store->create(session(2, "s1"), 1, kNow, in(2s)); }})) {
    EXPECT_EQ(error.code(), sdk::ErrorCode::Timeout) << error.what();
  }
}

TEST_F(Batching, TheAnswerToABatchThatGetsLostIsATimeoutForEveryMember) {
  Forwarder network(database_.superuser().at("host"), database_.superuser().at("port"));
  const auto store = makeThrough(network.port(), "2");
  std::vector<std::function<void()>> creates;
  for (std::int64_t user = 1; user <= 4; ++user) {
    creates.emplace_back([&, user] { store->create(session(user, "s1"), 1, kNow, in(1s)); });
  }
  creates.emplace_back([&] {
    std::this_thread::sleep_for(100ms);
    database_.sql(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_sleep(0.3); RETURN NULL; END $$;"
        "CREATE TRIGGER wait AFTER INSERT ON user_tokens FOR EACH STATEMENT EXECUTE FUNCTION"
        " wait()");
    std::this_thread::sleep_for(250ms);
    network.set(Forwarder::Mode::SwallowAnswers);
  });
  const std::vector<sdk::Error> errors = together(*store, creates);
  for (std::size_t index = 0; index < 4; ++index) {
    EXPECT_EQ(errors[index].code(), sdk::ErrorCode::Timeout) << errors[index].what();
  }
  EXPECT_EQ(database_.sql("SELECT count(*) FROM user_tokens").front(), "4");
}

TEST_F(Batching, OperationsOfOneUserAreDoneInTheOrderOfTheirArrival) {
  const auto store = make("4");
  std::vector<std::function<void()>> operations;
  for (int place = 0; place < 8; ++place) {
    operations.emplace_back([&, place] {
      std::this_thread::sleep_for(place * 15ms);
      store->create(session(1000, "s" + std::to_string(place)), 100, kNow, in(3s));
    });
  }
  noteTransactions();
  database_.sql("ALTER TABLE noted ADD COLUMN place bigserial");
  for (const sdk::Error& error : together(*store, operations)) {
    EXPECT_TRUE(isSuccess(error)) << error.what();
  }
  EXPECT_EQ(database_.sql("SELECT count(DISTINCT transaction) FROM noted").front(), "8");
  EXPECT_EQ(database_
                .sql("SELECT string_agg(session_id, ',' ORDER BY xmin::text::bigint)"
                     " FROM user_tokens")
                .front(),
            "s0,s1,s2,s3,s4,s5,s6,s7");
}

TEST_F(Batching, ManyUsersInOppositeOrdersNeverDeadlock) {
  const auto one = make("4");
  const auto two = make("4");
  std::vector<std::thread> threads;
  std::atomic<int> rounds = 0;
  const sdk::Deadline end = in(2s);
  for (int index = 0; index < 16; ++index) {
    threads.emplace_back([&, index] {
      sdk::Store& store = index % 2 == 0 ? *one : *two;
      for (int round = 0; Clock::now() < end; ++round, ++rounds) {
        const std::int64_t user = 1 + (index % 4 < 2 ? round : 1000 - round % 1000) % 5;
        const std::string id = std::to_string(index) + "." + std::to_string(round);
        EXPECT_NO_THROW({
          store.create(session(user, id), 5, kNow, in(5s));
          store.replace(1, session(user, id), kNow, in(5s));
          store.end(1 + (user + round) % 5, id, kNow, in(5s));
          if (round % 7 == 0) {
            store.endAll(1 + (user + 1) % 5, kNow, in(5s));
          }
        });
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_GT(rounds, 16);
  EXPECT_EQ(database_
                .sql("SELECT deadlocks FROM pg_stat_database WHERE datname ="
                     " current_database()")
                .front(),
            "0");
  for (std::int64_t user = 1; user <= 5; ++user) {
    EXPECT_LE(one->list(user, kNow, in(2s)).size(), 5U);
  }
}

TEST_F(Batching, LookUpsThatArriveTogetherGoOutTogetherAndKeepApart) {
  const auto store = make();
  for (std::int64_t user = 1; user <= 8; ++user) {
    store->create(session(user, "s" + std::to_string(user)), 1, kNow, in(2s));
  }
  sdk::Session replaced = session(4, "s4");
  replaced.token_data = R"({"jti":"4"})";
  store->replace(1, replaced, kNow, in(2s));
  std::vector<std::thread> threads;
  std::barrier line(32);
  for (int index = 0; index < 32; ++index) {
    threads.emplace_back([&, index] {
      line.arrive_and_wait();
      for (int round = 0; round < 50; ++round) {
        const std::int64_t user = 1 + (index + round) % 8;
        const auto found = store->find(user, "s" + std::to_string(user), kNow, in(5s));
        ASSERT_TRUE(found);
        EXPECT_EQ(found->user_id, user);
        EXPECT_EQ(found->id, "s" + std::to_string(user));
        EXPECT_EQ(found->version, user == 4 ? 2 : 1);
        EXPECT_EQ(found->token_data, user == 4 ? replaced.token_data : R"({"jti":"1"})");
        EXPECT_EQ(found->expires_at, kNow + 24h);
        EXPECT_FALSE(store->find(user, "s", kNow, in(5s)));
        EXPECT_FALSE(store->find(user, found->id, found->expires_at, in(5s)));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST_F(Batching, ARefusedLookUpFailsItsCallerOnly) {
  const auto store = make();
  store->create(session(1, "s1"), 1, kNow, in(2s));
  std::vector<std::thread> threads;
  for (int index = 0; index < 16; ++index) {
    threads.emplace_back([&, index] {
      for (int round = 0; round < 50; ++round) {
        if (index % 4 == 0) {
          EXPECT_EQ(
              errorOf([&] { store->find(1, std::string_view("s1\0x", 4), kNow, in(5s)); }).code(),
              sdk::ErrorCode::Internal);
        } else {
          EXPECT_TRUE(store->find(1, "s1", kNow, in(5s)));
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST_F(Batching, OneConnectionServesCommitterReaderAndEverybodyElse) {
  const auto store = make("1");
  std::vector<std::thread> threads;
  for (int index = 0; index < 8; ++index) {
    threads.emplace_back([&, index] {
      for (int round = 0; round < 20; ++round) {
        EXPECT_NO_THROW(store->create(session(index + 1, "s1"), 1, kNow, in(5s)));
        EXPECT_TRUE(store->find(index + 1, "s1", kNow, in(5s)));
        EXPECT_EQ(store->list(index + 1, kNow, in(5s)).size(), 1U);
        EXPECT_NO_THROW(store->check(in(5s)));
        EXPECT_EQ(store->purgeExpired(kNow, 10, in(5s)), 0);
        EXPECT_EQ(store->endAll(index + 1, kNow, in(5s)), 1);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST_F(Batching, EveryStatementLooksUpTheIndexBeforeThereAreStatistics) {
  auto store = make();
  database_.sql(
      "ALTER TABLE user_tokens SET (autovacuum_enabled = off);"
      "INSERT INTO user_tokens SELECT i, 's1', 'ada', '{}', 1, 4000000000000, 1"
      " FROM generate_series(1, 50000) i");
  std::vector<std::function<void()>> operations;
  for (std::int64_t user = 1; user <= 10; ++user) {
    operations.emplace_back([&, user] { store->create(session(user, "s2"), 2, kNow, in(2s)); });
    operations.emplace_back(
        [&, user] { store->replace(1, session(100 + user, "s1"), kNow, in(2s)); });
    operations.emplace_back([&, user] { store->end(200 + user, "s1", kNow, in(2s)); });
    operations.emplace_back([&, user] { store->endAll(300 + user, kNow, in(2s)); });
    operations.emplace_back([&, user] { store->find(400 + user, "s1", kNow, in(2s)); });
  }
  for (const sdk::Error& error : together(*store, operations)) {
    EXPECT_TRUE(isSuccess(error)) << error.what();
  }
  // A server process hands in its statistics when it ends.
  store.reset();
  const auto scans = [&](const std::string& column) {
    return std::stoll(database_
                          .sql("SELECT " + column +
                               " FROM pg_stat_user_tables WHERE relname ="
                               " 'user_tokens'")
                          .front());
  };
  EXPECT_TRUE(eventually([&] { return scans("idx_scan") >= 40; }, 5s));
  EXPECT_EQ(scans("seq_tup_read"), 0);
  EXPECT_LT(scans("idx_tup_fetch"), 1000);
}

}  // namespace
}  // namespace token_service::test
