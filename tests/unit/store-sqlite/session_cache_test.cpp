#include "session_cache.hpp"

#include "support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace token_service::store_sqlite {
namespace {

std::shared_ptr<const sdk::Session> stored(std::int64_t user, std::string id,
                                           std::int64_t version = 1) {
  auto result = std::make_shared<sdk::Session>(session(user, std::move(id)));
  result->version = version;
  return result;
}

void commit(SessionCache& cache, const Changes& changes) {
  SessionCache::Update update(cache, changes);
  update.committed();
}

bool knows(SessionCache& cache, std::int64_t user, const std::string& id) {
  return cache.recall(user, id, kNow).has_value();
}

TEST(StoreSqliteSessionCache, AChangeReplacesAllThatWasKnownOfItsUserAndOfNoOther) {
  SessionCache cache(10'000);
  commit(cache, {{1, stored(1, "a")}, {2, stored(2, "a")}});
  commit(cache, {{1, stored(1, "b")}});
  EXPECT_FALSE(knows(cache, 1, "a"));
  EXPECT_TRUE(knows(cache, 1, "b"));
  EXPECT_TRUE(knows(cache, 2, "a"));
  commit(cache, {{1, nullptr}});
  EXPECT_FALSE(knows(cache, 1, "b"));
  EXPECT_TRUE(knows(cache, 2, "a"));
}

TEST(StoreSqliteSessionCache, TheLastChangeOfOneUpdateCounts) {
  SessionCache cache(10'000);
  commit(cache, {{1, stored(1, "a")}, {1, stored(1, "b")}});
  EXPECT_FALSE(knows(cache, 1, "a"));
  EXPECT_TRUE(knows(cache, 1, "b"));
  commit(cache, {{1, stored(1, "c")}, {1, nullptr}});
  EXPECT_FALSE(knows(cache, 1, "c"));
}

TEST(StoreSqliteSessionCache, NothingIsKnownOfAUserDuringAnUpdateNorAfterOneThatFailed) {
  SessionCache cache(10'000);
  commit(cache, {{1, stored(1, "a")}});
  const Changes changes = {{1, stored(1, "b")}};
  {
    const SessionCache::Update update(cache, changes);
    EXPECT_FALSE(knows(cache, 1, "a"));
    EXPECT_FALSE(knows(cache, 1, "b"));
    EXPECT_FALSE(cache.promiseFill(1));
  }
  EXPECT_FALSE(knows(cache, 1, "a"));
  EXPECT_FALSE(knows(cache, 1, "b"));
  EXPECT_TRUE(cache.promiseFill(1));
}

TEST(StoreSqliteSessionCache, AFillIsDiscardedIfTheUserChangedSinceItsPromise) {
  SessionCache cache(10'000);
  const auto kept = cache.promiseFill(1);
  cache.fill(*kept, session(1, "a"));
  EXPECT_TRUE(knows(cache, 1, "a"));

  const auto overtaken = cache.promiseFill(1);
  commit(cache, {{1, nullptr}});
  cache.fill(*overtaken, session(1, "a"));
  EXPECT_FALSE(knows(cache, 1, "a"));

  const auto forgotten = cache.promiseFill(1);
  cache.forgetAll();
  cache.fill(*forgotten, session(1, "a"));
  EXPECT_FALSE(knows(cache, 1, "a"));
}

TEST(StoreSqliteSessionCache, AFillAddsToWhatIsKnown) {
  SessionCache cache(10'000);
  for (const char* id : {"a", "b", "a"}) {
    cache.fill(*cache.promiseFill(1), session(1, id));
  }
  EXPECT_TRUE(knows(cache, 1, "a"));
  EXPECT_TRUE(knows(cache, 1, "b"));
}

TEST(StoreSqliteSessionCache, ItKeepsNoMoreSessionsThanItMay) {
  for (const std::size_t most : {1U, 15U, 16U, 100U, 5'000U}) {
    SessionCache cache(most);
    for (std::int64_t user = 1; user <= 10'000; ++user) {
      cache.fill(*cache.promiseFill(user), session(user, "a"));
      cache.fill(*cache.promiseFill(user), session(user, "b"));
    }
    std::size_t known = 0;
    for (std::int64_t user = 1; user <= 10'000; ++user) {
      known += (knows(cache, user, "a") ? 1U : 0U) + (knows(cache, user, "b") ? 1U : 0U);
    }
    EXPECT_LE(known, most);
    EXPECT_GE(known, most - most / 4);
  }
}

TEST(StoreSqliteSessionCache, TheUsersThatAreAskedForStay) {
  SessionCache cache(1'000);
  commit(cache, {{1, stored(1, "a")}});
  for (std::int64_t user = 2; user <= 10'000; ++user) {
    commit(cache, {{user, stored(user, "a")}});
    EXPECT_TRUE(knows(cache, 1, "a"));
  }
}

TEST(StoreSqliteSessionCache, OneUserWithManySessionsDoesNotTakeItAll) {
  SessionCache cache(10'000);
  for (int count = 0; count < 1'000; ++count) {
    cache.fill(*cache.promiseFill(1), session(1, std::to_string(count)));
  }
  int known = 0;
  for (int count = 0; count < 1'000; ++count) {
    known += knows(cache, 1, std::to_string(count)) ? 1 : 0;
  }
  EXPECT_EQ(known, 32);
  EXPECT_TRUE(knows(cache, 1, "999"));
}

TEST(StoreSqliteSessionCache, OfNoSessionsItStaysEmpty) {
  SessionCache cache(0);
  commit(cache, {{1, stored(1, "a")}});
  EXPECT_FALSE(cache.promiseFill(1));
  EXPECT_FALSE(knows(cache, 1, "a"));
  cache.forgetAll();
}

// A database of one row for each user, which readers read into the cache as the store does, while a
// writer changes it as the store does. Whatever is recalled must be at least as new as what was
// written, and answered, before, and as what anybody had seen before.
TEST(StoreSqliteSessionCache, WhatIsRecalledIsNeverOlderThanWhatWasAnsweredOrSeen) {
  constexpr std::int64_t kUsers = 3;
  constexpr std::int64_t kWrites = 100'000;
  constexpr std::int64_t kEndedEvery = 3;
  SessionCache cache(10'000);
  struct Row {
    std::atomic<std::int64_t> committed = 0;
    std::atomic<std::int64_t> answered = 0;
    std::atomic<std::int64_t> seen = 0;
  };
  std::vector<Row> rows(kUsers);
  std::atomic<bool> over = false;
  std::atomic<std::int64_t> recalled = 0;
  std::atomic<std::int64_t> wrong = 0;

  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&] {
      for (std::int64_t turn = 0; !over; ++turn) {
        const std::int64_t user = turn % kUsers;
        Row& row = rows[static_cast<std::size_t>(user)];
        const std::int64_t least = std::max(row.answered.load(), row.seen.load());
        std::int64_t version = 0;
        if (const auto known = cache.recall(user, "s", kNow)) {
          version = known->version;
          ++recalled;
          wrong += version < least || version % kEndedEvery == 0 ? 1 : 0;
        } else {
          const auto promise = cache.promiseFill(user);
          version = row.committed;
          if (promise && version % kEndedEvery != 0) {
            cache.fill(*promise, *stored(user, "s", version));
          }
        }
        for (std::int64_t seen = row.seen;
             seen < version && !row.seen.compare_exchange_weak(seen, version);) {
        }
      }
    });
  }
  for (std::int64_t write = 1; write <= kWrites; ++write) {
    const std::int64_t user = write % kUsers;
    Row& row = rows[static_cast<std::size_t>(user)];
    const std::int64_t version = row.committed + 1;
    const bool ended = version % kEndedEvery == 0;
    const Changes changes = {{user, ended ? nullptr : stored(user, "s", version)}};
    {
      SessionCache::Update update(cache, changes);
      row.committed = version;
      update.committed();
    }
    row.answered = version;
  }
  over = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(recalled, 0);
}

}  // namespace
}  // namespace token_service::store_sqlite
