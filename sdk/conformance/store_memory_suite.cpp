// What a store has in memory, if it offers that at all, is what it would find, and never more. A
// store without a memory has nothing that could be wrong here.

#include "store_conformance.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace token_service::conformance {
namespace {

class StoreMemoryConformance : public StoreConformance {
 protected:
  void SetUp() override {
    StoreConformance::SetUp();
    memory_ = store_ == nullptr ? nullptr : store_->memory();
  }

  /// Nothing if the store has no memory.
  std::optional<Session> recall(std::int64_t user, std::string_view id, Time now = kNow) {
    return memory_ == nullptr ? std::nullopt : memory_->recall(user, id, now);
  }

  /// That what is in memory is what `find` gives, before the store was asked and after it.
  void expectExact(std::int64_t user, std::string_view id, Time now = kNow) {
    const std::optional<Session> before = recall(user, id, now);
    const std::optional<Session> found = find(user, id, now);
    if (before) {
      EXPECT_EQ(before, found);
    }
    const std::optional<Session> after = recall(user, id, now);
    if (after) {
      EXPECT_EQ(after, found);
    }
  }

  sdk::SessionMemory* memory_ = nullptr;
};

TEST_F(StoreMemoryConformance, ItIsOneObjectForAsLongAsTheStoreLives) {
  create(session(newUser(), "s1"));
  EXPECT_EQ(store_->memory(), memory_);
}

TEST_F(StoreMemoryConformance, ItIsExactAfterEachOperation) {
  const std::int64_t user = newUser();
  const auto exact = [&] {
    for (const char* id : {"s1", "s2", "s3", "s4"}) {
      expectExact(user, id);
    }
  };
  exact();
  create(session(user, "s1", kNow - 3min));
  exact();
  create(session(user, "s2", kNow - 2min));
  exact();
  Session next = session(user, "s1");
  next.username = "mallory";
  next.token_data = R"({"refresh":{"jti":"r2"}})";
  next.expires_at = kNow + 2h;
  EXPECT_EQ(replace(1, next), ReplaceResult::Replaced);
  exact();
  EXPECT_EQ(replace(1, next), ReplaceResult::Changed);
  exact();
  Session renamed = session(user, "s3", kNow - 1min);
  renamed.username = "countess";
  create(renamed);
  exact();
  create(session(user, "s4"), 2);
  exact();
  EXPECT_EQ(recall(user, "s1"), std::nullopt);
  EXPECT_EQ(recall(user, "s2"), std::nullopt);
  EXPECT_TRUE(end(user, "s3"));
  EXPECT_EQ(recall(user, "s3"), std::nullopt);
  exact();
  EXPECT_EQ(endAll(user), 1);
  EXPECT_EQ(recall(user, "s4"), std::nullopt);
  exact();
}

TEST_F(StoreMemoryConformance, ItKnowsUsersAndSessionsApart) {
  const std::int64_t one = newUser();
  const std::int64_t two = newUser();
  create(session(one, "s1"));
  find(one, "s1");
  EXPECT_EQ(recall(two, "s1"), std::nullopt);
  for (const char* id : {"S1", "s", "s11", "", "s1 "}) {
    EXPECT_EQ(recall(one, id), std::nullopt) << id;
  }
}

TEST_F(StoreMemoryConformance, AnExpiredSessionIsNotInIt) {
  const Session stored = session(newUser(), "s1");
  create(stored);
  find(stored.user_id, "s1");
  expectExact(stored.user_id, "s1", stored.expires_at - 1ms);
  EXPECT_EQ(recall(stored.user_id, "s1", stored.expires_at), std::nullopt);

  Session shortened = stored;
  shortened.expires_at = kNow;
  EXPECT_EQ(replace(1, shortened), ReplaceResult::Replaced);
  EXPECT_EQ(recall(stored.user_id, "s1"), std::nullopt);
}

TEST_F(StoreMemoryConformance, APurgedSessionIsNotInIt) {
  // A past of its own, as in the tests of the purge.
  constexpr Time kPast{250'000'000'000ms};
  const std::int64_t user = newUser();
  Session expired = session(user, "s1", kPast - 1h);
  expired.expires_at = kPast;
  store_->create(expired, kNoLimit, kPast - 1h, soon());
  find(user, "s1", kPast - 1h);
  while (store_->purgeExpired(kPast, 1'000, soon()) > 0) {
  }
  EXPECT_EQ(recall(user, "s1", kPast - 1h), std::nullopt);
  expectExact(user, "s1", kPast - 1h);
}

// What is found while a session ends is read before or after its end, and must not be kept if it
// was read before.
TEST_F(StoreMemoryConformance, RaceFindAgainstEndAllLeavesNothingInIt) {
  const std::int64_t user = newUser();
  race([&] { create(session(user, "s1")); }, [&] { find(user, "s1"); },
       [&] {
         EXPECT_EQ(endAll(user), 1);
         EXPECT_EQ(recall(user, "s1"), std::nullopt);
       },
       [&] { EXPECT_EQ(recall(user, "s1"), std::nullopt); });
}

TEST_F(StoreMemoryConformance, RaceReplaceAgainstEndLeavesNothingInIt) {
  const std::int64_t user = newUser();
  race([&] { create(session(user, "s1")); }, [&] { replace(1, session(user, "s1")); },
       [&] { EXPECT_TRUE(end(user, "s1")); }, [&] { EXPECT_EQ(recall(user, "s1"), std::nullopt); });
}

TEST_F(StoreMemoryConformance, RaceFindAgainstALogInThatEndsTheSessionLeavesTheLogIn) {
  const std::int64_t user = newUser();
  race(
      [&] {
        endAll(user);
        create(session(user, "old"));
      },
      [&] { find(user, "old"); },
      [&] {
        create(session(user, "new"), 1);
        EXPECT_EQ(recall(user, "old"), std::nullopt);
      },
      [&] {
        EXPECT_EQ(recall(user, "old"), std::nullopt);
        expectExact(user, "new");
      });
}

TEST_F(StoreMemoryConformance, ItSeesEveryOperationThatReturnedBefore) {
  constexpr int kRounds = 100;
  constexpr std::int64_t kEnded = -1;
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    const std::int64_t user = newUser();
    create(session(user, "s1"));
    std::atomic<std::int64_t> returned = 1;
    // The newest version that any look-up gave: what began afterwards must not give an older one.
    std::atomic<std::int64_t> seen = 1;
    atOnce(4, [&](int index) {
      if (index == 0) {
        for (std::int64_t version = 1; version <= 5; ++version) {
          ASSERT_EQ(replace(version, session(user, "s1")), ReplaceResult::Replaced);
          returned = version + 1;
        }
        ASSERT_TRUE(end(user, "s1"));
        returned = kEnded;
        return;
      }
      for (std::int64_t before = returned; before != kEnded; before = returned) {
        std::int64_t newest = seen;
        const std::optional<Session> found = index == 1 ? find(user, "s1") : recall(user, "s1");
        if (found) {
          ASSERT_GE(found->version, before);
          ASSERT_GE(found->version, newest);
          while (newest < found->version && !seen.compare_exchange_weak(newest, found->version)) {
          }
        }
      }
      ASSERT_EQ(recall(user, "s1"), std::nullopt);
    });
  }
}

}  // namespace
}  // namespace token_service::conformance
