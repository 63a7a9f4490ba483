#include "disk_faults.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace token_service::store_sqlite {
namespace {

using sdk::ErrorCode;

// How an operation of another thread ended: with no error or with this one.
using Outcome = std::optional<ErrorCode>;

class StoreSqliteGroupCommit : public ::testing::Test {
 protected:
  StoreSqliteGroupCommit() : store_(openStore(folder_.path(), "sessions.db")) {
    store_->create(session(1, "kept"), 10, kNow, soon());
  }

  template <typename Operation>
  static std::future<Outcome> begin(Operation operation) {
    std::future<Outcome> result = std::async(std::launch::async, [operation]() -> Outcome {
      try {
        operation();
        return std::nullopt;
      } catch (const sdk::Error& error) {
        return error.code();
      }
    });
    // It is to be in the queue before the next one.
    result.wait_for(50ms);
    return result;
  }

  std::future<Outcome> beginToCreate(std::int64_t user, const std::string& id,
                                     sdk::Deadline deadline = soon()) {
    return begin(
        [this, user, id, deadline] { store_->create(session(user, id), 10, kNow, deadline); });
  }

  /// Begins a log-in and returns while its transaction waits for the disk: what comes then has to
  /// queue.
  std::future<Outcome> beginToCommit() {
    DiskFaults::holdSyncs();
    std::future<Outcome> result = beginToCreate(99, "first");
    DiskFaults::waitForHeldSync();
    return result;
  }

  bool isLive(std::int64_t user, const std::string& id) {
    return store_->find(user, id, kNow, soon()).has_value();
  }

  Folder folder_;
  std::unique_ptr<SqliteStore> store_;
  DiskFaults faults_;
};

TEST_F(StoreSqliteGroupCommit, OperationsThatArriveTogetherAreSyncedTogether) {
  std::future<Outcome> first = beginToCommit();
  const int before = DiskFaults::syncs();
  std::vector<std::future<Outcome>> others;
  for (std::int64_t user = 1; user <= 8; ++user) {
    others.push_back(beginToCreate(user, "s1"));
  }
  DiskFaults::releaseSyncs();
  EXPECT_EQ(first.get(), std::nullopt);
  for (auto& other : others) {
    EXPECT_EQ(other.get(), std::nullopt);
  }
  EXPECT_EQ(DiskFaults::syncs(), before + 1);
  for (std::int64_t user = 1; user <= 8; ++user) {
    EXPECT_TRUE(isLive(user, "s1"));
  }
}

TEST_F(StoreSqliteGroupCommit, NobodyIsAnsweredBeforeTheSync) {
  std::future<Outcome> first = beginToCommit();
  EXPECT_EQ(first.wait_for(100ms), std::future_status::timeout);
  EXPECT_FALSE(isLive(99, "first"));
  EXPECT_FALSE(store_->memory()->recall(99, "first", kNow));
  DiskFaults::releaseSyncs();
  EXPECT_EQ(first.get(), std::nullopt);
  EXPECT_TRUE(store_->memory()->recall(99, "first", kNow));
}

TEST_F(StoreSqliteGroupCommit, AFailingOperationFailsItsCallerAndNotItsBatch) {
  std::future<Outcome> first = beginToCommit();
  std::future<Outcome> before = beginToCreate(1, "before");
  std::future<Outcome> taken = beginToCreate(1, "kept");
  std::future<Outcome> taken_again = beginToCreate(1, "before");
  std::future<Outcome> after = beginToCreate(2, "after");
  DiskFaults::releaseSyncs();
  EXPECT_EQ(first.get(), std::nullopt);
  EXPECT_EQ(before.get(), std::nullopt);
  EXPECT_EQ(taken.get(), ErrorCode::Internal);
  EXPECT_EQ(taken_again.get(), ErrorCode::Internal);
  EXPECT_EQ(after.get(), std::nullopt);
  EXPECT_EQ(store_->list(1, kNow, soon()).size(), 2U);
  EXPECT_TRUE(isLive(2, "after"));
}

TEST_F(StoreSqliteGroupCommit, OperationsRunInTheOrderOfTheirArrival) {
  std::future<Outcome> first = beginToCommit();
  std::future<Outcome> login = beginToCreate(1, "ended");
  std::int64_t ended = 0;
  std::future<Outcome> logout = begin([&] { ended = store_->endAll(1, kNow, soon()); });
  std::future<Outcome> next_login = beginToCreate(1, "live");
  sdk::ReplaceResult replaced{};
  std::future<Outcome> refresh =
      begin([&] { replaced = store_->replace(1, session(1, "live"), kNow, soon()); });
  DiskFaults::releaseSyncs();
  for (auto* outcome : {&first, &login, &logout, &next_login, &refresh}) {
    EXPECT_EQ(outcome->get(), std::nullopt);
  }
  EXPECT_EQ(ended, 2);
  EXPECT_EQ(replaced, sdk::ReplaceResult::Replaced);
  const auto live = store_->list(1, kNow, soon());
  ASSERT_EQ(live.size(), 1U);
  EXPECT_EQ(live[0].id, "live");
  EXPECT_EQ(live[0].version, 2);
  EXPECT_FALSE(store_->memory()->recall(1, "ended", kNow));
  EXPECT_EQ(store_->memory()->recall(1, "live", kNow)->version, 2);
}

TEST_F(StoreSqliteGroupCommit, WhoseDeadlinePassesInTheQueueLeavesAndNothingIsWritten) {
  std::future<Outcome> first = beginToCommit();
  const auto begin = std::chrono::steady_clock::now();
  std::future<Outcome> late = beginToCreate(1, "late", begin + 100ms);
  std::future<Outcome> patient = beginToCreate(1, "patient");
  EXPECT_EQ(late.get(), ErrorCode::Unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  DiskFaults::releaseSyncs();
  EXPECT_EQ(patient.get(), std::nullopt);
  EXPECT_FALSE(isLive(1, "late"));
  EXPECT_TRUE(isLive(1, "patient"));
}

TEST_F(StoreSqliteGroupCommit, WhoseDeadlinePassesDuringTheCommitIsToldThatTheOutcomeIsUnknown) {
  DiskFaults::holdSyncs();
  const auto begin = std::chrono::steady_clock::now();
  std::future<Outcome> late = beginToCreate(1, "late", begin + 200ms);
  DiskFaults::waitForHeldSync();
  EXPECT_EQ(late.get(), ErrorCode::Timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  DiskFaults::releaseSyncs();
  store_->create(session(1, "next"), 10, kNow, soon());
  EXPECT_TRUE(isLive(1, "late"));
}

TEST_F(StoreSqliteGroupCommit, ASyncThatFailsLeavesTheOutcomeUnknownForAllOfItsBatch) {
  ASSERT_TRUE(store_->memory()->recall(1, "kept", kNow));
  DiskFaults::holdSyncs();
  std::future<Outcome> first = beginToCreate(99, "first");
  DiskFaults::waitForHeldSync();
  std::future<Outcome> logout = begin([&] { store_->endAll(1, kNow, soon()); });
  std::future<Outcome> login = beginToCreate(2, "next");
  DiskFaults::failSyncs(EIO);
  DiskFaults::releaseSyncs();
  EXPECT_EQ(first.get(), ErrorCode::Timeout);
  EXPECT_EQ(logout.get(), ErrorCode::Timeout);
  EXPECT_EQ(login.get(), ErrorCode::Timeout);
  EXPECT_FALSE(store_->memory()->recall(1, "kept", kNow));
  DiskFaults::failSyncs(0);
  EXPECT_NO_THROW(store_->create(session(2, "later"), 10, kNow, soon()));
}

TEST_F(StoreSqliteGroupCommit, AFullDiskFailsTheBatchAndNothingOfItIsWritten) {
  std::future<Outcome> first = beginToCommit();
  std::future<Outcome> login = beginToCreate(1, "s1");
  std::future<Outcome> logout = begin([&] { store_->endAll(1, kNow, soon()); });
  DiskFaults::failWrites(ENOSPC);
  DiskFaults::releaseSyncs();
  EXPECT_EQ(first.get(), std::nullopt);
  EXPECT_EQ(login.get(), ErrorCode::Unavailable);
  EXPECT_EQ(logout.get(), ErrorCode::Unavailable);
  EXPECT_TRUE(isLive(1, "kept"));
  EXPECT_FALSE(isLive(1, "s1"));
  EXPECT_EQ(store_->memory()->recall(1, "kept", kNow)->version, 1);
  DiskFaults::failWrites(0);
  EXPECT_NO_THROW(store_->create(session(1, "s1"), 10, kNow, soon()));
}

TEST_F(StoreSqliteGroupCommit, ALongPurgeLetsALogInThrough) {
  for (int count = 0; count < 10; ++count) {
    sdk::Session expired = session(7, "expired" + std::to_string(count));
    expired.expires_at = kNow + 1ms;
    store_->create(expired, 10, kNow, soon());
  }
  runSql(folder_ / "sessions.db",
         "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)"
         " INSERT INTO user_tokens SELECT 100000 + i, 'x', 'ada', '{}', 1, 2, 1 FROM n");
  const int before = DiskFaults::syncs();
  std::atomic<std::int64_t> purged = -1;
  DiskFaults::holdSyncs();
  std::future<Outcome> purge =
      begin([&] { purged = store_->purgeExpired(kNow + 1ms, 1'000, soon()); });
  DiskFaults::waitForHeldSync();
  std::future<Outcome> login = beginToCreate(1, "s1");
  DiskFaults::releaseSyncs();
  EXPECT_EQ(login.get(), std::nullopt);
  EXPECT_EQ(purge.get(), std::nullopt);
  EXPECT_EQ(purged, 910);
  EXPECT_GE(DiskFaults::syncs(), before + 10);
}

TEST_F(StoreSqliteGroupCommit, AStoreThatEndsEndsItsTransactionFirst) {
  DiskFaults::holdSyncs();
  std::future<Outcome> late = beginToCreate(1, "late", std::chrono::steady_clock::now() + 100ms);
  EXPECT_EQ(late.get(), ErrorCode::Timeout);
  std::future<Outcome> release = begin([] { DiskFaults::releaseSyncs(); });
  store_.reset();
  store_ = openStore(folder_.path(), "sessions.db");
  EXPECT_TRUE(isLive(1, "late"));
}

}  // namespace
}  // namespace token_service::store_sqlite
