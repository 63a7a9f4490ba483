#include "support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace token_service::store_sqlite {
namespace {

using sdk::ErrorCode;

class StoreSqliteMemory : public ::testing::Test {
 protected:
  StoreSqliteMemory() : store_(openStore(folder_.path(), "sessions.db")) {
    store_->create(session(1, "s1"), 10, kNow, soon());
  }

  bool recalls(std::int64_t user, const std::string& id) {
    return store_->memory()->recall(user, id, kNow).has_value();
  }

  /// Whether the store forgets by itself, which it does once a second.
  bool soonForgets(std::int64_t user, const std::string& id) {
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (recalls(user, id)) {
      if (std::chrono::steady_clock::now() > end) {
        return false;
      }
      std::this_thread::sleep_for(10ms);
    }
    return true;
  }

  void expectUnavailable(const std::function<void()>& operation) {
    try {
      operation();
      FAIL() << "it worked";
    } catch (const sdk::Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::Unavailable);
      EXPECT_STREQ(error.what(),
                   "the database file was removed or replaced while it was open: restart");
    }
  }

  Folder folder_;
  std::unique_ptr<SqliteStore> store_;
};

TEST_F(StoreSqliteMemory, ItCanBeTurnedOff) {
  EXPECT_NE(store_->memory(), nullptr);
  EXPECT_EQ(openStore(folder_.path(), "other.db", sdk::Mode::Serve, "0")->memory(), nullptr);
  EXPECT_EQ(openStore(folder_.path(), "other.db", sdk::Mode::Check)->memory(), nullptr);
  EXPECT_NE(openStore(folder_.path(), "other.db", sdk::Mode::Serve, "1")->memory(), nullptr);
}

TEST_F(StoreSqliteMemory, ItsBoundIsAWholeNumber) {
  for (const char* text : {"-1", "10000001", "1.5", "many"}) {
    try {
      openStore(folder_.path(), "other.db", sdk::Mode::Serve, text);
      ADD_FAILURE() << "not refused: " << text;
    } catch (const sdk::Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::InvalidConfig);
      EXPECT_STREQ(error.what(),
                   "test.yaml:9: store.settings.cache_sessions: must be a whole number from 0 to "
                   "10000000");
    }
  }
}

TEST_F(StoreSqliteMemory, AWrittenOrFoundSessionIsInIt) {
  EXPECT_TRUE(recalls(1, "s1"));
  store_.reset();
  store_ = openStore(folder_.path(), "sessions.db");
  EXPECT_FALSE(recalls(1, "s1"));
  store_->find(1, "s1", kNow, soon());
  EXPECT_TRUE(recalls(1, "s1"));
  sdk::Session next = session(1, "s1");
  next.username = "nobody";
  next.token_data = R"({"next":true})";
  store_->replace(1, next, kNow, soon());
  const auto recalled = store_->memory()->recall(1, "s1", kNow);
  ASSERT_TRUE(recalled);
  EXPECT_EQ(recalled->username, "ada");
  EXPECT_EQ(recalled->token_data, next.token_data);
  EXPECT_EQ(recalled->version, 2);
}

TEST_F(StoreSqliteMemory, OwnWritesToOthersDoNotEmptyIt) {
  for (std::int64_t user = 2; user < 50; ++user) {
    store_->create(session(user, "s1"), 10, kNow, soon());
  }
  EXPECT_TRUE(recalls(1, "s1"));
}

TEST_F(StoreSqliteMemory, AFileThatWasRemovedIsNoticedByAWriteAndByACheck) {
  std::filesystem::rename(folder_ / "sessions.db", folder_ / "moved.db");
  const int errors = host().errors();
  expectUnavailable([&] { store_->create(session(2, "s1"), 10, kNow, soon()); });
  EXPECT_FALSE(recalls(1, "s1"));
  expectUnavailable([&] { store_->find(1, "s1", kNow, soon()); });
  expectUnavailable([&] { store_->list(1, kNow, soon()); });
  expectUnavailable([&] { store_->check(soon()); });
  EXPECT_EQ(host().errors(), errors + 1);

  std::filesystem::rename(folder_ / "moved.db", folder_ / "sessions.db");
  EXPECT_NO_THROW(store_->check(soon()));
  EXPECT_TRUE(store_->find(1, "s1", kNow, soon()));
  EXPECT_TRUE(recalls(1, "s1"));

  std::filesystem::rename(folder_ / "sessions.db", folder_ / "moved.db");
  expectUnavailable([&] { store_->check(soon()); });
  EXPECT_FALSE(recalls(1, "s1"));
  EXPECT_EQ(host().errors(), errors + 2);
}

TEST_F(StoreSqliteMemory, AFileThatWasReplacedIsNoticedByItself) {
  const int errors = host().errors();
  std::filesystem::rename(folder_ / "sessions.db", folder_ / "moved.db");
  writeFile(folder_ / "sessions.db", "");
  EXPECT_TRUE(soonForgets(1, "s1"));
  expectUnavailable([&] { store_->find(1, "s1", kNow, soon()); });
  EXPECT_EQ(host().errors(), errors + 1);
}

TEST_F(StoreSqliteMemory, AFileThatIsOverwrittenIsNoticedByTheNextLookUpThatReadsIt) {
  runSql(folder_ / "sessions.db",
         "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
         " INSERT INTO user_tokens SELECT 1000 + i, 's1', 'ada', '{}', 1, 2000000000000, 1 FROM n");
  store_.reset();
  store_ = openStore(folder_.path(), "sessions.db");
  store_->find(1, "s1", kNow, soon());
  ASSERT_TRUE(recalls(1, "s1"));
  const std::size_t size = readFile(folder_ / "sessions.db").size();
  writeFile(folder_ / "sessions.db", std::string(size, 'x'));
  try {
    store_->find(4'000, "s1", kNow, soon());
    ADD_FAILURE() << "it worked";
  } catch (const sdk::Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Unavailable) << error.what();
  }
  EXPECT_FALSE(recalls(1, "s1"));
}

TEST_F(StoreSqliteMemory, WhatAnotherProgramWritesIsNoticedByItself) {
  runSql(folder_ / "sessions.db", "DELETE FROM user_tokens");
  EXPECT_TRUE(soonForgets(1, "s1"));
  EXPECT_FALSE(store_->find(1, "s1", kNow, soon()));
}

TEST_F(StoreSqliteMemory, WhatAnotherProgramWritesIsNoticedByTheNextWrite) {
  runSql(folder_ / "sessions.db", "DELETE FROM user_tokens");
  store_->create(session(2, "s1"), 10, kNow, soon());
  EXPECT_FALSE(recalls(1, "s1"));
}

// Each session carries, in token_data, the number of the operation that wrote it. What a look-up
// gives was written by an operation that no later one had undone when the look-up began.
TEST_F(StoreSqliteMemory, WhatIsRecalledIsNeverOlderThanWhatWasAnsweredOrSeen) {
  constexpr int kWriters = 8;
  constexpr int kReaders = 8;
  constexpr std::int64_t kLookUps = 200'000;
  constexpr std::int64_t kWrites = 2'000;
  struct User {
    std::atomic<std::int64_t> answered = 0;
    std::atomic<std::int64_t> seen = 0;
  };
  std::vector<User> users(kWriters);
  std::atomic<std::int64_t> look_ups = 0;
  std::atomic<std::int64_t> recalled = 0;
  std::atomic<std::int64_t> writes = 0;
  std::atomic<std::int64_t> wrong = 0;
  const auto over = [&] { return look_ups >= kLookUps && writes >= kWrites; };

  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      User& user = users[static_cast<std::size_t>(writer)];
      const std::int64_t id = 100 + writer;
      std::int64_t number = 0;
      const auto next = [&] {
        sdk::Session result = session(id, "s");
        result.token_data = std::to_string(++number);
        return result;
      };
      while (!over()) {
        store_->create(next(), 10, kNow, soon());
        user.answered = number;
        store_->replace(1, next(), kNow, soon());
        user.answered = number;
        if (number % 4 == 0) {
          store_->end(id, "s", kNow, soon());
        } else {
          store_->endAll(id, kNow, soon());
        }
        user.answered = ++number;
        writes += 3;
      }
    });
  }
  for (int reader = 0; reader < kReaders; ++reader) {
    threads.emplace_back([&, reader] {
      for (std::int64_t turn = reader; !over(); ++turn, ++look_ups) {
        User& user = users[static_cast<std::size_t>(turn % kWriters)];
        const std::int64_t id = 100 + turn % kWriters;
        const std::int64_t least = std::max(user.answered.load(), user.seen.load());
        auto found = store_->memory()->recall(id, "s", kNow);
        recalled += found ? 1 : 0;
        if (!found) {
          found = store_->find(id, "s", kNow, soon());
        }
        if (found) {
          const std::int64_t number = std::stoll(found->token_data);
          wrong += number < least ? 1 : 0;
          for (std::int64_t seen = user.seen;
               seen < number && !user.seen.compare_exchange_weak(seen, number);) {
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(recalled, 1'000);
}

}  // namespace
}  // namespace token_service::store_sqlite
