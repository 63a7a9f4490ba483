#include "app/maintenance.hpp"

#include "captured_log.hpp"
#include "fixed_clock.hpp"
#include "token_service/sdk/error.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <vector>

namespace token_service::app {
namespace {

using namespace std::chrono_literals;
using host_test::FixedClock;
using host_test::logOf;

// A store with so many expired rows, which may be away for some calls.
class PurgedStore final : public sdk::Store {
 public:
  void create(const sdk::Session&, std::int64_t, sdk::Time, sdk::Deadline) override {}
  std::optional<sdk::Session> find(std::int64_t, std::string_view, sdk::Time,
                                   sdk::Deadline) override {
    return std::nullopt;
  }
  sdk::ReplaceResult replace(std::int64_t, const sdk::Session&, sdk::Time, sdk::Deadline) override {
    return sdk::ReplaceResult::Gone;
  }
  std::vector<sdk::Session> list(std::int64_t, sdk::Time, sdk::Deadline) override { return {}; }
  bool end(std::int64_t, std::string_view, sdk::Time, sdk::Deadline) override { return false; }
  std::int64_t endAll(std::int64_t, sdk::Time, sdk::Deadline) override { return 0; }
  void check(sdk::Deadline) override {}

  std::int64_t purgeExpired(sdk::Time before, std::int64_t limit, sdk::Deadline) override {
    const std::scoped_lock lock(mutex_);
    ++calls;
    last_before = before;
    called_.notify_all();
    if (failures > 0) {
      --failures;
      throw sdk::Error(sdk::ErrorCode::Unavailable, "away");
    }
    const std::int64_t removed = std::min(limit, expired);
    largest_limit = std::max(largest_limit, limit);
    expired -= removed;
    return removed;
  }

  template <typename Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return called_.wait_for(lock, 20s, condition);
  }

  std::int64_t expired = 0;
  std::int64_t largest_limit = 0;
  int failures = 0;
  int calls = 0;
  sdk::Time last_before{};

 private:
  std::mutex mutex_;
  std::condition_variable called_;
};

class MaintenanceTest : public testing::Test {
 protected:
  // Runs until the condition holds, and returns what was logged.
  std::string runUntil(std::chrono::milliseconds interval, const std::function<bool()>& condition) {
    return logOf([&] {
      const Maintenance maintenance(store_, clock_, logger_, interval);
      EXPECT_TRUE(store_.wait(condition));
    });
  }

  PurgedStore store_;
  FixedClock clock_;
  log::Logger logger_{log::Logger::Level::Info, log::Format::Text};
};

TEST_F(MaintenanceTest, RemovesAllThatHasExpiredInSmallBatches) {
  store_.expired = 1700;
  const std::string log = runUntil(1ms, [&] { return store_.expired == 0 && store_.calls >= 5; });
  EXPECT_GE(store_.calls, 4);
  EXPECT_LE(store_.largest_limit, 1000);
  EXPECT_NE(log.find("removed expired sessions count=1700"), std::string::npos) << log;
}

TEST_F(MaintenanceTest, KeepsRowsALittleLongerThanTheirSessions_P25) {
  runUntil(1h, [&] { return store_.calls >= 1; });
  EXPECT_LT(store_.last_before, clock_.now());
}

TEST_F(MaintenanceTest, RunsAgainAfterTheInterval) {
  const std::string log = runUntil(1ms, [&] { return store_.calls >= 5; });
  EXPECT_EQ(log, "") << "nothing to say where nothing was removed";
}

TEST_F(MaintenanceTest, TriesAgainWhileTheStoreIsAwayAndSaysSoOnce) {
  store_.failures = 3;
  const std::string log = runUntil(1ms, [&] { return store_.calls >= 6; });
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
  EXPECT_NE(log.find("the store does not answer; trying again reason=away"), std::string::npos);
  EXPECT_NE(log.find("the store answers again"), std::string::npos);
}

TEST_F(MaintenanceTest, StopsPromptly) {
  for (const int failures : {0, 1000}) {
    store_.failures = failures;
    store_.calls = 0;
    std::chrono::steady_clock::time_point start;
    logOf([&] {
      const Maintenance maintenance(store_, clock_, logger_, 24h);
      EXPECT_TRUE(store_.wait([&] { return store_.calls >= 1; }));
      start = std::chrono::steady_clock::now();
    });
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
  }
}

TEST_F(MaintenanceTest, StopsPromptlyInTheMiddleOfManyBatches) {
  store_.expired = 1'000'000'000;
  std::chrono::steady_clock::time_point start;
  logOf([&] {
    const Maintenance maintenance(store_, clock_, logger_, 1ms);
    EXPECT_TRUE(store_.wait([&] { return store_.calls >= 2; }));
    start = std::chrono::steady_clock::now();
  });
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
  EXPECT_GT(store_.expired, 0);
}

}  // namespace
}  // namespace token_service::app
