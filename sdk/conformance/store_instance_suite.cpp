// Restarts, several instances on one database, deadlines and load.

#include "store_conformance.hpp"
#include "token_service/sdk/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::conformance {
namespace {

// --- instances

TEST_F(StoreConformance, CheckReturnsWhileTheStoreWorks) {
  EXPECT_NO_THROW(store_->check(soon()));
  create(session(newUser(), "s1"));
  EXPECT_NO_THROW(store_->check(soon()));
}

TEST_F(StoreConformance, ARestartKeepsWhatWasAcknowledged) {
  const std::int64_t user = newUser();
  create(session(user, "kept"));
  create(session(user, "replaced"));
  create(session(user, "ended"));
  ASSERT_EQ(replace(1, session(user, "replaced")), ReplaceResult::Replaced);
  ASSERT_TRUE(end(user, "ended"));

  store_.reset();
  store_ = pluginUnderTest().make_store();

  Session replaced = session(user, "replaced");
  replaced.version = 2;
  EXPECT_EQ(find(user, "kept"), session(user, "kept"));
  EXPECT_EQ(find(user, "replaced"), replaced);
  EXPECT_EQ(find(user, "ended"), std::nullopt);
  EXPECT_EQ(replace(1, session(user, "ended")), ReplaceResult::Gone);
}

/// Another instance on the same database, or none if the store is of the kind that refuses it.
std::unique_ptr<sdk::Store> secondInstance() {
  try {
    return pluginUnderTest().make_store();
  } catch (const sdk::Error& error) {
    EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig) << error.what();
    return nullptr;
  }
}

TEST_F(StoreConformance, TwoInstancesSeeEachOtherOrTheSecondIsRefused) {
  const std::int64_t user = newUser();
  create(session(user, "s1"));
  const std::unique_ptr<sdk::Store> second = secondInstance();
  if (second == nullptr) {
    EXPECT_EQ(find(user, "s1"), session(user, "s1"));
    create(session(user, "s2"));
    EXPECT_EQ(list(user).size(), 2U);
    return;
  }
  EXPECT_EQ(second->find(user, "s1", kNow, soon()), session(user, "s1"));
  EXPECT_EQ(second->replace(1, session(user, "s1"), kNow, soon()), ReplaceResult::Replaced);
  EXPECT_EQ(replace(1, session(user, "s1")), ReplaceResult::Changed);
  EXPECT_EQ(find(user, "s1")->version, 2);
  EXPECT_EQ(endAll(user), 1);
  EXPECT_EQ(second->find(user, "s1", kNow, soon()), std::nullopt);
  EXPECT_EQ(second->replace(2, session(user, "s1"), kNow, soon()), ReplaceResult::Gone);
}

TEST_F(StoreConformance, TheLimitHoldsAcrossInstances) {
  const std::int64_t user = newUser();
  const std::unique_ptr<sdk::Store> second = secondInstance();
  sdk::Store* const stores[] = {store_.get(), second ? second.get() : store_.get()};
  atOnce(16, [&](int index) {
    for (int round = 0; round < 8; ++round) {
      const std::string id = std::to_string(index) + "-" + std::to_string(round);
      stores[index % 2]->create(session(user, id), 5, kNow, soon());
    }
  });
  EXPECT_EQ(list(user).size(), 5U);
}

// --- deadlines and load

/// Whether the operation failed in the way of one that had no time left.
template <typename Operation>
::testing::AssertionResult hadNoTime(Operation operation) {
  try {
    operation();
  } catch (const sdk::Error& error) {
    if (std::string_view(error.what()).empty()) {
      return ::testing::AssertionFailure() << "the error says nothing";
    }
    if (error.code() == sdk::ErrorCode::Unavailable || error.code() == sdk::ErrorCode::Timeout) {
      return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << "another error: " << error.what();
  }
  return ::testing::AssertionFailure() << "no error";
}

TEST_F(StoreConformance, AfterItsDeadlineAnOperationFailsAndWritesNothing) {
  const std::int64_t user = newUser();
  create(session(user, "s1"));
  const sdk::Deadline past = std::chrono::steady_clock::now() - 1s;
  const Time expiry = session(user, "s1").expires_at;
  Session renamed = session(user, "s2");
  renamed.username = "countess";

  EXPECT_TRUE(hadNoTime([&] { store_->create(renamed, 1, kNow, past); }));
  EXPECT_TRUE(hadNoTime([&] { store_->find(user, "s1", kNow, past); }));
  EXPECT_TRUE(hadNoTime([&] { store_->replace(1, session(user, "s1"), kNow, past); }));
  EXPECT_TRUE(hadNoTime([&] { store_->list(user, kNow, past); }));
  EXPECT_TRUE(hadNoTime([&] { store_->end(user, "s1", kNow, past); }));
  EXPECT_TRUE(hadNoTime([&] { store_->endAll(user, kNow, past); }));
  EXPECT_TRUE(hadNoTime([&] { store_->purgeExpired(Time{1ms}, 1, past); }));
  EXPECT_TRUE(hadNoTime([&] { store_->check(past); }));

  EXPECT_EQ(list(user), std::vector<Session>{session(user, "s1")});
  EXPECT_EQ(find(user, "s1", expiry - 1ms), session(user, "s1"));
}

TEST_F(StoreConformance, ManyThreadsOfAllOperationsMeetNoError) {
  const std::int64_t shared = newUser();
  std::vector<std::int64_t> own(8);
  std::generate(own.begin(), own.end(), [&] { return newUser(); });
  const auto stop = std::chrono::steady_clock::now() + 2s;
  std::atomic<std::int64_t> rounds = 0;
  atOnce(8, [&](int index) {
    const std::int64_t user = own[static_cast<std::size_t>(index)];
    for (int round = 0; std::chrono::steady_clock::now() < stop; ++round, ++rounds) {
      const std::string id = std::to_string(index) + "-" + std::to_string(round);
      create(session(user, id), 3);
      create(session(shared, id), 20);
      ASSERT_EQ(find(user, id), session(user, id));
      ASSERT_EQ(replace(1, session(user, id)), ReplaceResult::Replaced);
      replace(1, session(shared, id));
      ASSERT_LE(list(user).size(), 3U);
      ASSERT_LE(list(shared).size(), 20U);
      end(shared, id);
      if (round % 4 == 0) {
        ASSERT_GE(endAll(user), 1);
        ASSERT_EQ(find(user, id), std::nullopt);
        store_->purgeExpired(Time{1ms}, 10, soon());
        store_->check(soon());
      }
    }
  });
  EXPECT_GT(rounds, 0);
}
}  // namespace
}  // namespace token_service::conformance
