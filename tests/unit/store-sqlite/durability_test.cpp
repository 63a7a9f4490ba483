#include "support.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>

namespace token_service::store_sqlite {
namespace {

/// Another process that works on the database in a folder.
class OtherProcess {
 public:
  explicit OtherProcess(const std::string& folder) {
    int ends[2];
    if (::pipe(ends) != 0) {
      throw std::runtime_error("no pipe");
    }
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execl(STORE_SQLITE_WRITER, STORE_SQLITE_WRITER, folder.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;
  ~OtherProcess() {
    kill();
    ::close(output_);
  }

  /// The next acknowledged session; -1 when it has ended and there is none.
  std::int64_t next() const {
    std::uint32_t number = 0;
    if (::read(output_, &number, sizeof(number)) != sizeof(number)) {
      return -1;
    }
    return number;
  }

  void kill() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
      process_ = 0;
    }
  }

 private:
  pid_t process_ = 0;
  int output_ = -1;
};

TEST(StoreSqliteDurability, WhatWasAcknowledgedSurvivesAKill) {
  const Folder folder;
  for (int round = 0; round < 5; ++round) {
    OtherProcess writer(folder.path());
    std::int64_t last = -1;
    for (int count = 0; count < 20 + 13 * round; ++count) {
      last = writer.next();
      ASSERT_EQ(last, count);
    }
    writer.kill();
    for (std::int64_t number = writer.next(); number >= 0; number = writer.next()) {
      last = number;
    }

    const auto store = openStore(folder.path(), "sessions.db");
    const auto sessions = store->list(1, kNow, soon());
    // The one after the last may have been written without being acknowledged.
    EXPECT_GE(sessions.size(), static_cast<std::size_t>(last + 1));
    EXPECT_LE(sessions.size(), static_cast<std::size_t>(last + 2));
    for (std::int64_t number = 0; number <= last; ++number) {
      EXPECT_TRUE(store->find(1, std::to_string(number), kNow, soon())) << number;
    }
    store->endAll(1, kNow, soon());
  }
  EXPECT_EQ(askSql(folder / "sessions.db", "PRAGMA integrity_check"), "ok");
}

TEST(StoreSqliteDurability, ASecondProcessIsRefusedUntilTheFirstEnds) {
  const Folder folder;
  OtherProcess first(folder.path());
  ASSERT_EQ(first.next(), 0);
  const std::string sentence =
      "is in use by another process: end it, or give this one a database of its own";
  expectRefusal(folder.path(), "sessions.db", sdk::ErrorCode::InvalidConfig, sentence);
  expectRefusal(folder.path(), "sessions.db", sdk::ErrorCode::InvalidConfig, sentence,
                sdk::Mode::Migrate);
  std::filesystem::create_symlink(folder / "sessions.db", folder / "link.db");
  expectRefusal(folder.path(), "link.db", sdk::ErrorCode::InvalidConfig, sentence);
  EXPECT_NO_THROW(openStore(folder.path(), "sessions.db", sdk::Mode::Check));
  first.kill();
  EXPECT_NO_THROW(openStore(folder.path(), "sessions.db")->check(soon()));
}

TEST(StoreSqliteDurability, ASecondStoreOfOneProcessIsRefused) {
  const Folder folder;
  const auto first = openStore(folder.path(), "sessions.db");
  EXPECT_THROW(openStore(folder.path(), "sessions.db"), sdk::Error);
  EXPECT_NO_THROW(first->create(session(1, "s1"), 10, kNow, soon()));
}

TEST(StoreSqliteDurability, TheJournalIsAWriteAheadLog) {
  const Folder folder;
  openStore(folder.path(), "sessions.db");
  EXPECT_EQ(askSql(folder / "sessions.db", "PRAGMA journal_mode"), "wal");
  runSql(folder / "sessions.db", "PRAGMA journal_mode = DELETE");
  openStore(folder.path(), "sessions.db");
  EXPECT_EQ(askSql(folder / "sessions.db", "PRAGMA journal_mode"), "wal");
}

}  // namespace
}  // namespace token_service::store_sqlite
