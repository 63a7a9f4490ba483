// What changes, expires, ends and is removed.

#include "store_conformance.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <vector>

namespace token_service::conformance {
namespace {

// --- replace

TEST_F(StoreConformance, ReplaceTakesTokenDataAndExpiryAndNothingElse) {
  const std::int64_t user = newUser();
  create(session(user, "s1"));
  create(session(user, "s2"));

  Session next = session(user, "s1", kNow - 5min);
  next.username = "mallory";
  next.token_data = R"({"refresh":{"jti":"r2"}})";
  next.expires_at = kNow + 2h + 7ms;
  next.version = 40;
  EXPECT_EQ(replace(1, next), ReplaceResult::Replaced);

  Session expected = session(user, "s1");
  expected.token_data = next.token_data;
  expected.expires_at = next.expires_at;
  expected.version = 2;
  EXPECT_EQ(find(user, "s1"), expected);
  EXPECT_EQ(find(user, "s2"), session(user, "s2"));
}

TEST_F(StoreConformance, ReplaceCountsVersions) {
  const Session stored = session(newUser(), "s1");
  create(stored);
  for (std::int64_t version = 1; version < 20; ++version) {
    ASSERT_EQ(replace(version, stored), ReplaceResult::Replaced);
    ASSERT_EQ(find(stored.user_id, "s1")->version, version + 1);
  }
}

TEST_F(StoreConformance, ReplaceOfAnotherVersionChangesNothing) {
  Session stored = session(newUser(), "s1");
  create(stored);
  ASSERT_EQ(replace(1, stored), ReplaceResult::Replaced);
  Session next = stored;
  next.token_data = R"({"lost":true})";
  for (const std::int64_t version : {0, 1, 3, 4}) {
    EXPECT_EQ(replace(version, next), ReplaceResult::Changed);
  }
  stored.version = 2;
  EXPECT_EQ(find(stored.user_id, "s1"), stored);
}

TEST_F(StoreConformance, ReplaceOfWhatIsNotThereIsGoneAndMakesNothing) {
  const std::int64_t user = newUser();
  EXPECT_EQ(replace(1, session(user, "s1")), ReplaceResult::Gone);
  EXPECT_EQ(replace(0, session(user, "s1")), ReplaceResult::Gone);
  EXPECT_EQ(find(user, "s1"), std::nullopt);
  create(session(user, "s1"));
  EXPECT_EQ(replace(1, session(user, "s2")), ReplaceResult::Gone);
  EXPECT_EQ(ids(user), Ids{"s1"});
}

TEST_F(StoreConformance, ReplaceAfterEndIsGoneForEver) {
  const std::int64_t user = newUser();
  create(session(user, "s1"));
  create(session(user, "s2"));
  EXPECT_TRUE(end(user, "s1"));
  EXPECT_EQ(replace(1, session(user, "s1")), ReplaceResult::Gone);
  EXPECT_EQ(find(user, "s1"), std::nullopt);
  EXPECT_EQ(endAll(user), 1);
  EXPECT_EQ(replace(1, session(user, "s2")), ReplaceResult::Gone);
  EXPECT_EQ(list(user), std::vector<Session>{});
}

TEST_F(StoreConformance, ReplaceMayShortenALifeToNothing) {
  Session stored = session(newUser(), "s1");
  create(stored);
  stored.expires_at = kNow;
  EXPECT_EQ(replace(1, stored), ReplaceResult::Replaced);
  EXPECT_EQ(find(stored.user_id, "s1"), std::nullopt);
  stored.expires_at = kNow + 1h;
  EXPECT_EQ(replace(2, stored), ReplaceResult::Gone);
}

TEST_F(StoreConformance, OneOfManyConcurrentReplacesWins) {
  for (int round = 0; round < 20; ++round) {
    const std::int64_t user = newUser();
    create(session(user, "s1"));
    std::atomic<int> winner = -1;
    std::atomic<int> replaced = 0;
    std::atomic<int> changed = 0;
    atOnce(16, [&](int index) {
      Session next = session(user, "s1");
      next.token_data = R"({"by":)" + std::to_string(index) + "}";
      const ReplaceResult result = replace(1, next);
      if (result == ReplaceResult::Replaced) {
        winner = index;
        ++replaced;
      }
      changed += result == ReplaceResult::Changed ? 1 : 0;
    });
    ASSERT_EQ(replaced, 1);
    ASSERT_EQ(changed, 15);
    ASSERT_EQ(find(user, "s1")->token_data, R"({"by":)" + std::to_string(winner) + "}");
    ASSERT_EQ(find(user, "s1")->version, 2);
  }
}

// --- expiry

TEST_F(StoreConformance, ASessionIsLiveUntilTheMillisecondBeforeItsExpiry) {
  const Session stored = session(newUser(), "s1");
  create(stored);
  const Time last = stored.expires_at - 1ms;
  EXPECT_EQ(find(stored.user_id, "s1", last), stored);
  EXPECT_EQ(list(stored.user_id, last), std::vector<Session>{stored});
  EXPECT_EQ(replace(7, stored, last), ReplaceResult::Changed);
  EXPECT_EQ(replace(1, stored, last), ReplaceResult::Replaced);
  EXPECT_TRUE(end(stored.user_id, "s1", last));
}

TEST_F(StoreConformance, FromItsExpiryOnASessionIsAbsentForEveryOperation) {
  const std::int64_t user = newUser();
  Session stored = session(user, "s1");
  create(stored);
  const Time expiry = stored.expires_at;
  stored.expires_at = expiry + 1h;
  EXPECT_EQ(find(user, "s1", expiry), std::nullopt);
  EXPECT_EQ(list(user, expiry), std::vector<Session>{});
  EXPECT_EQ(replace(1, stored, expiry), ReplaceResult::Gone);
  EXPECT_EQ(replace(7, stored, expiry), ReplaceResult::Gone);
  EXPECT_FALSE(end(user, "s1", expiry));
  create(session(user, "s2"));
  EXPECT_EQ(endAll(user, expiry), 0);
}

// --- list, end, endAll

TEST_F(StoreConformance, ListGivesTheLiveSessionsOfOneUserNewestFirst) {
  const std::int64_t user = newUser();
  create(session(newUser(), "stranger"));
  EXPECT_EQ(list(user), std::vector<Session>{});
  const Session middle = session(user, "x", kNow - 2ms);
  const Session newest = session(user, "a", kNow - 1ms);
  const Session oldest = session(user, "z", kNow - 3ms);
  Session short_lived = session(user, "short", kNow);
  short_lived.expires_at = kNow + 1ms;
  create(middle);
  create(newest);
  create(short_lived);
  create(oldest);
  EXPECT_EQ(list(user), (std::vector<Session>{short_lived, newest, middle, oldest}));
  EXPECT_EQ(list(user, kNow + 1ms), (std::vector<Session>{newest, middle, oldest}));
}

TEST_F(StoreConformance, EndEndsOneSessionOnce) {
  const std::int64_t user = newUser();
  create(session(user, "s1"));
  create(session(user, "s2"));
  EXPECT_FALSE(end(user, "s3"));
  EXPECT_FALSE(end(newUser(), "s1"));
  EXPECT_TRUE(end(user, "s1"));
  EXPECT_FALSE(end(user, "s1"));
  EXPECT_EQ(find(user, "s1"), std::nullopt);
  EXPECT_EQ(find(user, "s2"), session(user, "s2"));
}

TEST_F(StoreConformance, EndAllCountsWhatWasLive) {
  const std::int64_t user = newUser();
  const std::int64_t stranger = newUser();
  create(session(stranger, "s1"));
  EXPECT_EQ(endAll(user), 0);
  Session short_lived = session(user, "short");
  short_lived.expires_at = kNow + 1ms;
  create(short_lived);
  create(session(user, "s1"));
  create(session(user, "s2"));
  EXPECT_EQ(endAll(user, kNow + 1ms), 2);
  EXPECT_EQ(endAll(user), 0);
  EXPECT_EQ(list(user), std::vector<Session>{});
  EXPECT_EQ(find(stranger, "s1"), session(stranger, "s1"));
}

TEST_F(StoreConformance, OneOfManyConcurrentEndsFindsTheSessionLive) {
  for (int round = 0; round < 20; ++round) {
    const std::int64_t user = newUser();
    create(session(user, "s1"));
    std::atomic<int> ended = 0;
    atOnce(8, [&](int) { ended += end(user, "s1") ? 1 : 0; });
    ASSERT_EQ(ended, 1);
  }
}

TEST_F(StoreConformance, ConcurrentEndAllsCountEverySessionOnce) {
  for (int round = 0; round < 20; ++round) {
    const std::int64_t user = newUser();
    create(session(user, "s1"));
    create(session(user, "s2"));
    create(session(user, "s3"));
    std::atomic<std::int64_t> ended = 0;
    atOnce(8, [&](int) { ended += endAll(user); });
    ASSERT_EQ(ended, 3);
  }
}

// --- purge

TEST_F(StoreConformance, PurgeRemovesExpiredSessionsUpToTheLimit) {
  // A past of its own: the rows of other users of this database all expire later.
  constexpr Time kPast{300'000'000'000ms};
  while (store_->purgeExpired(kPast, 1'000, soon()) > 0) {
  }
  const std::int64_t user = newUser();
  for (int count = 0; count < 5; ++count) {
    Session expired = session(user, "expired" + std::to_string(count), kPast - 1h);
    expired.expires_at = kPast - 1ms * count;
    store_->create(expired, kNoLimit, kPast - 1h, soon());
  }
  Session live = session(user, "live", kPast - 1h);
  live.expires_at = kPast + 1ms;
  store_->create(live, kNoLimit, kPast - 1h, soon());

  EXPECT_EQ(store_->purgeExpired(kPast, 2, soon()), 2);
  EXPECT_EQ(list(user, kPast - 1h).size(), 4U);
  EXPECT_EQ(store_->purgeExpired(kPast, 2, soon()), 2);
  EXPECT_EQ(store_->purgeExpired(kPast, 2, soon()), 1);
  EXPECT_EQ(store_->purgeExpired(kPast, 2, soon()), 0);
  EXPECT_EQ(list(user, kPast - 1h), std::vector<Session>{live});
  EXPECT_EQ(find(user, "live", kPast), live);
}

TEST_F(StoreConformance, PurgeTakesWhatExpiredAtExactlyThatMoment) {
  constexpr Time kPast{200'000'000'000ms};
  while (store_->purgeExpired(kPast, 1'000, soon()) > 0) {
  }
  const std::int64_t user = newUser();
  Session expired = session(user, "s1", kPast - 1h);
  expired.expires_at = kPast;
  store_->create(expired, kNoLimit, kPast - 1h, soon());
  EXPECT_EQ(store_->purgeExpired(kPast - 1ms, 10, soon()), 0);
  EXPECT_EQ(store_->purgeExpired(kPast, 10, soon()), 1);
}
}  // namespace
}  // namespace token_service::conformance
