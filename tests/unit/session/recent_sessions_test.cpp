#include "session/recent_sessions.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace token_service::session {
namespace {

using namespace std::chrono_literals;

constexpr sdk::Time kNow{1'700'000'000'000ms};

sdk::Session sessionOf(std::int64_t user_id, const std::string& id = "sid") {
  sdk::Session session;
  session.user_id = user_id;
  session.id = id;
  session.username = "ann";
  session.expires_at = kNow + 1h;
  return session;
}

class RecentSessionsTest : public testing::Test {
 protected:
  void keep(const sdk::Session& session, sdk::Time at = kNow) {
    recent_.keep(session, at, recent_.epoch(session.user_id));
  }
  bool knows(std::int64_t user_id, sdk::Time now = kNow, const std::string& id = "sid") {
    return recent_.recall(user_id, id, now).has_value();
  }

  RecentSessions recent_{5s};
};

TEST_F(RecentSessionsTest, GivesWhatWasKeptToTheLetterOfItsName) {
  EXPECT_FALSE(knows(7));
  keep(sessionOf(7));
  ASSERT_TRUE(knows(7));
  EXPECT_EQ(recent_.recall(7, "sid", kNow)->username, "ann");
  EXPECT_FALSE(knows(8));
  EXPECT_FALSE(knows(7 + 16)) << "of the same shard";
  EXPECT_FALSE(knows(7, kNow, "SID"));
  EXPECT_FALSE(knows(7, kNow, ""));
}

TEST_F(RecentSessionsTest, IsNeverOlderThanAllowed) {
  keep(sessionOf(7));
  EXPECT_TRUE(knows(7, kNow + 5s));
  EXPECT_FALSE(knows(7, kNow + 5s + 1ms));
  EXPECT_FALSE(knows(7, kNow - 1ms)) << "the clock was set back";
  keep(sessionOf(7), kNow + 4s);
  EXPECT_TRUE(knows(7, kNow + 9s));
}

TEST_F(RecentSessionsTest, AnExpiredSessionIsNone) {
  sdk::Session session = sessionOf(7);
  session.expires_at = kNow + 1s;
  keep(session);
  EXPECT_TRUE(knows(7, kNow + 999ms));
  EXPECT_FALSE(knows(7, kNow + 1s));
}

TEST_F(RecentSessionsTest, DropForgetsAllOfTheUserAndNobodyElse) {
  keep(sessionOf(7, "a"));
  keep(sessionOf(7, "b"));
  keep(sessionOf(23, "a"));
  recent_.drop(7);
  EXPECT_FALSE(knows(7, kNow, "a"));
  EXPECT_FALSE(knows(7, kNow, "b"));
  EXPECT_TRUE(knows(23, kNow, "a"));
}

TEST_F(RecentSessionsTest, DropReachesWhatIsAboutToMakeRoom) {
  keep(sessionOf(7));
  keep(sessionOf(23), kNow + 6s);
  keep(sessionOf(7, "b"), kNow + 6s);
  recent_.drop(7);
  EXPECT_FALSE(knows(7, kNow + 1s));
  EXPECT_FALSE(knows(7, kNow + 6s, "b"));
}

// Read before a log-out, kept after it: what a look-up gives that the log-out overtook.
TEST_F(RecentSessionsTest, WhatWasReadBeforeADropIsNotKept) {
  const RecentSessions::Epoch before = recent_.epoch(7);
  recent_.drop(7);
  recent_.keep(sessionOf(7), kNow, before);
  EXPECT_FALSE(knows(7));
  keep(sessionOf(7));
  EXPECT_TRUE(knows(7));
}

TEST_F(RecentSessionsTest, IsBounded) {
  const auto count = static_cast<std::int64_t>(3 * RecentSessions::kCapacity);
  for (std::int64_t user_id = 1; user_id <= count; ++user_id) {
    keep(sessionOf(user_id));
  }
  std::size_t known = 0;
  for (std::int64_t user_id = 1; user_id <= count; ++user_id) {
    known += knows(user_id) ? 1 : 0;
  }
  EXPECT_LE(known, RecentSessions::kCapacity);
  EXPECT_GE(known, RecentSessions::kCapacity / 2);
  EXPECT_TRUE(knows(count)) << "the latest are there";
  EXPECT_FALSE(knows(1));
}

TEST_F(RecentSessionsTest, OneUsersSessionsAreBoundedToo) {
  for (std::size_t number = 0; number < RecentSessions::kCapacity; ++number) {
    keep(sessionOf(7, std::to_string(number)));
  }
  std::size_t known = 0;
  for (std::size_t number = 0; number < RecentSessions::kCapacity; ++number) {
    known += knows(7, kNow, std::to_string(number)) ? 1 : 0;
  }
  EXPECT_LE(known, RecentSessions::kCapacity / 16);
}

TEST_F(RecentSessionsTest, ManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::int64_t round = 0; round < 2000; ++round) {
        const std::int64_t user_id = 1 + (round + thread) % 40;
        const std::optional<sdk::Session> session = recent_.recall(user_id, "sid", kNow);
        EXPECT_TRUE(!session || session->user_id == user_id);
        keep(sessionOf(user_id));
        if (round % 7 == 0) {
          recent_.drop(user_id);
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace token_service::session
