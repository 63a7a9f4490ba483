#include "failure.hpp"

#include "disk_faults.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace token_service::store_sqlite {
namespace {

using sdk::ErrorCode;

class StoreSqliteFailure : public ::testing::Test {
 protected:
  StoreSqliteFailure() : store_(openStore(folder_.path(), "sessions.db")) {
    store_->create(session(1, "kept"), 10, kNow, soon());
  }

  /// The code of the error that logging in with the session `id` ends in.
  ErrorCode failToCreate(const std::string& id, sdk::Deadline deadline = soon()) {
    try {
      store_->create(session(1, id), 10, kNow, deadline);
    } catch (const sdk::Error& error) {
      const std::string_view what = error.what();
      EXPECT_EQ(what.find("INSERT"), std::string_view::npos) << what;
      EXPECT_EQ(what.find("user_tokens"), std::string_view::npos) << what;
      EXPECT_EQ(what.find("ada"), std::string_view::npos) << what;
      return error.code();
    }
    ADD_FAILURE() << "it worked";
    return {};
  }

  bool isLive(const std::string& id) { return store_->find(1, id, kNow, soon()).has_value(); }

  Folder folder_;
  std::unique_ptr<SqliteStore> store_;
  DiskFaults faults_;
};

TEST_F(StoreSqliteFailure, EveryWriteIsSyncedBeforeItReturns) {
  int before = DiskFaults::syncs();
  const auto synced = [&] {
    const bool result = DiskFaults::syncs() > before;
    before = DiskFaults::syncs();
    return result;
  };
  store_->create(session(1, "s1"), 10, kNow, soon());
  EXPECT_TRUE(synced());
  store_->replace(1, session(1, "s1"), kNow, soon());
  EXPECT_TRUE(synced());
  store_->end(1, "s1", kNow, soon());
  EXPECT_TRUE(synced());
  store_->endAll(1, kNow, soon());
  EXPECT_TRUE(synced());
}

TEST_F(StoreSqliteFailure, AFullDiskStopsWritesAndNothingElse) {
  DiskFaults::failWrites(ENOSPC);
  EXPECT_EQ(failToCreate("s1"), ErrorCode::Unavailable);
  EXPECT_THROW(store_->endAll(1, kNow, soon()), sdk::Error);
  EXPECT_TRUE(isLive("kept"));
  EXPECT_FALSE(isLive("s1"));
  EXPECT_NO_THROW(store_->check(soon()));

  DiskFaults::failWrites(0);
  EXPECT_FALSE(isLive("s1"));
  store_->create(session(1, "s2"), 10, kNow, soon());
  store_.reset();
  store_ = openStore(folder_.path(), "sessions.db");
  EXPECT_TRUE(isLive("kept"));
  EXPECT_FALSE(isLive("s1"));
  EXPECT_TRUE(isLive("s2"));
}

TEST_F(StoreSqliteFailure, AWriteThatFailedWroteNothing) {
  DiskFaults::failWrites(EIO);
  EXPECT_EQ(failToCreate("s1"), ErrorCode::Unavailable);
  DiskFaults::failWrites(0);
  EXPECT_FALSE(isLive("s1"));
  EXPECT_NO_THROW(store_->create(session(1, "s1"), 10, kNow, soon()));
}

TEST_F(StoreSqliteFailure, ASyncThatFailedLeavesTheOutcomeUnknown) {
  DiskFaults::failSyncs(EIO);
  EXPECT_EQ(failToCreate("s1"), ErrorCode::Timeout);
  DiskFaults::failSyncs(0);
  EXPECT_NO_THROW(store_->create(session(1, "s2"), 10, kNow, soon()));
  EXPECT_TRUE(isLive("s2"));
}

TEST_F(StoreSqliteFailure, AnIdThatIsTakenIsAFaultAndChangesNothing) {
  sdk::Session other = session(1, "kept");
  other.username = "countess";
  try {
    store_->create(other, 1, kNow, soon());
    FAIL() << "it worked";
  } catch (const sdk::Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Internal);
    EXPECT_EQ(std::string_view(error.what()).find("countess"), std::string_view::npos);
  }
  EXPECT_EQ(store_->find(1, "kept", kNow, soon())->username, "ada");
  EXPECT_NO_THROW(store_->create(session(1, "s1"), 10, kNow, soon()));
}

TEST_F(StoreSqliteFailure, ALockThatAnotherProgramHoldsIsWaitedForASecondAtMost) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((folder_ / "sessions.db").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);

  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(failToCreate("s1", begin + 100ms), ErrorCode::Unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 600ms);
  EXPECT_TRUE(isLive("kept"));
  EXPECT_EQ(failToCreate("s1"), ErrorCode::Unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);

  sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  EXPECT_NO_THROW(store_->create(session(1, "s1"), 10, kNow, soon()));
}

TEST_F(StoreSqliteFailure, AFileThatWasRemovedTakesNoWrites) {
  std::filesystem::rename(folder_ / "sessions.db", folder_ / "moved.db");
  EXPECT_EQ(failToCreate("s1"), ErrorCode::Unavailable);
  EXPECT_THROW(store_->check(soon()), sdk::Error);
  std::filesystem::rename(folder_ / "moved.db", folder_ / "sessions.db");
  EXPECT_NO_THROW(store_->create(session(1, "s1"), 10, kNow, soon()));
}

TEST_F(StoreSqliteFailure, AFileThatWasReplacedTakesNoWrites) {
  std::filesystem::rename(folder_ / "sessions.db", folder_ / "moved.db");
  writeFile(folder_ / "sessions.db", "");
  EXPECT_EQ(failToCreate("s1"), ErrorCode::Unavailable);
  EXPECT_THROW(store_->check(soon()), sdk::Error);
}

TEST(StoreSqliteFailureCode, TellsWhatACallerMayConclude) {
  for (const int code : {SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL, SQLITE_IOERR_READ,
                         SQLITE_READONLY, SQLITE_NOMEM, SQLITE_CORRUPT, SQLITE_NOTADB}) {
    EXPECT_EQ(operationError(Failure(code)).code(), ErrorCode::Unavailable) << code;
  }
  for (const int code : {SQLITE_ERROR, SQLITE_MISUSE, SQLITE_CONSTRAINT_PRIMARYKEY}) {
    EXPECT_EQ(operationError(Failure(code)).code(), ErrorCode::Internal) << code;
  }
}

}  // namespace
}  // namespace token_service::store_sqlite
