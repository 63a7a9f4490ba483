// What findMany gives is what find gives for each key, whether the store answers them together or
// one by one.

#include "store_conformance.hpp"
#include "token_service/sdk/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::conformance {
namespace {

using Keys = std::vector<sdk::SessionKey>;
using Found = std::vector<std::optional<Session>>;

class StoreFindManyConformance : public StoreConformance {
 protected:
  /// In calls of as many keys as the store takes at a time.
  Found findMany(const Keys& keys, Time now = kNow) {
    Found found;
    std::span<const sdk::SessionKey> rest(keys);
    while (!rest.empty()) {
      const std::size_t count = std::min(rest.size(), store_->lookupsAtOnce());
      const Found part = store_->findMany(rest.first(count), now, soon());
      EXPECT_EQ(part.size(), count);
      found.insert(found.end(), part.begin(), part.end());
      rest = rest.subspan(count);
    }
    return found;
  }

  /// In one call that any store takes.
  std::optional<Session> findAlone(std::int64_t user, std::string_view id, Time now = kNow) {
    const sdk::SessionKey key{user, id};
    const Found found = store_->findMany({&key, 1}, now, soon());
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? std::nullopt : found.front();
  }

  /// The answers, which are also those of `find`.
  Found findExactly(const Keys& keys, Time now = kNow) {
    Found one_by_one;
    for (const sdk::SessionKey& key : keys) {
      one_by_one.push_back(find(key.user_id, key.session_id, now));
    }
    Found together = findMany(keys, now);
    EXPECT_EQ(together, one_by_one);
    return together;
  }
};

TEST_F(StoreFindManyConformance, TheNumberOfLookUpsAtOnceIsAlwaysTheSame) {
  const std::size_t number = store_->lookupsAtOnce();
  EXPECT_GE(number, 1U);
  create(session(newUser(), "s1"));
  EXPECT_EQ(store_->lookupsAtOnce(), number);
}

TEST_F(StoreFindManyConformance, EachKeyGetsItsOwnAnswer) {
  const std::int64_t one = newUser();
  const std::int64_t two = newUser();
  Session brief = session(one, "brief");
  brief.expires_at = kNow + 1ms;
  Session other = session(two, "s1");
  other.username = "grace";
  other.token_data = R"({"refresh":{"jti":"r9"}})";
  create(session(one, "live"));
  create(brief);
  create(session(one, "ended"));
  create(other);
  ASSERT_TRUE(end(one, "ended"));

  const Keys keys = {{one, "ended"}, {one, "live"}, {two, "live"}, {two, "s1"},
                     {one, "s1"},    {one, "none"}, {one, "brief"}};
  EXPECT_EQ(findExactly(keys), (Found{std::nullopt, session(one, "live"), std::nullopt, other,
                                      std::nullopt, std::nullopt, brief}));
  EXPECT_EQ(findExactly(keys, kNow + 1ms),
            (Found{std::nullopt, session(one, "live"), std::nullopt, other, std::nullopt,
                   std::nullopt, std::nullopt}));
  EXPECT_EQ(findExactly(keys, kNow + 1h), Found(keys.size()));
}

TEST_F(StoreFindManyConformance, AKeyMayComeTwice) {
  const std::int64_t user = newUser();
  create(session(user, "s1"));
  create(session(user, "s2"));
  EXPECT_EQ(findExactly({{user, "s1"}, {user, "s2"}, {user, "s1"}, {user, "s3"}, {user, "s3"}}),
            (Found{session(user, "s1"), session(user, "s2"), session(user, "s1"), std::nullopt,
                   std::nullopt}));
}

TEST_F(StoreFindManyConformance, OneKeyIsEnough) {
  const std::int64_t user = newUser();
  EXPECT_EQ(findAlone(user, "s1"), std::nullopt);
  create(session(user, "s1"));
  EXPECT_EQ(findAlone(user, "s1"), session(user, "s1"));
}

TEST_F(StoreFindManyConformance, AsManyAsTheStoreTakesAtOnceKeepTheirOrder) {
  const std::size_t count = store_->lookupsAtOnce();
  std::vector<std::string> ids(count);
  Keys keys;
  Found expected;
  for (std::size_t index = 0; index < count; ++index) {
    ids[index] = "s" + std::to_string(index);
    // Every third one is not there.
    const std::int64_t user = newUser();
    expected.emplace_back();
    if (index % 3 != 2) {
      expected.back() = session(user, ids[index]);
      create(*expected.back());
    }
    keys.push_back({user, ids[index]});
  }
  EXPECT_EQ(store_->findMany(keys, kNow, soon()), expected);
  std::reverse(keys.begin(), keys.end());
  std::reverse(expected.begin(), expected.end());
  EXPECT_EQ(store_->findMany(keys, kNow, soon()), expected);
}

TEST_F(StoreFindManyConformance, IdsAreComparedByteForByte) {
  const std::int64_t user = newUser();
  const std::string longest(64, 'x');
  const std::string shorter(63, 'x');
  const std::array<std::string_view, 14> ids = {"NULL", "{}", "{a,b}", ",", "\"", "\\",    "\\N",
                                                "'",    " ",  "0",     "%", "_",  longest, shorter};
  Keys keys = {{user, ""}};
  Found expected = {std::nullopt};
  for (const std::string_view id : ids) {
    keys.push_back({user, id});
    expected.emplace_back(session(user, std::string(id)));
    create(*expected.back());
  }
  // Like some of them, and none of them.
  for (const std::string_view id : {"null", "{", "}", "a", "  ", "00", "\\\\", "''", "x"}) {
    keys.push_back({user, id});
    expected.emplace_back();
  }
  EXPECT_EQ(findExactly(keys), expected);
}

TEST_F(StoreFindManyConformance, ALargeUserAndLongTextsAreKept) {
  const std::int64_t last = std::numeric_limits<std::int64_t>::max();
  Session large = session(last, "find-many-" + std::to_string(randomUser()));
  large.username = "Zo\u00eb \u6f22 '\"\\,{}";
  large.token_data = R"({"text":")" + std::string(60'000, 'd') + R"("})";
  const Session small = session(newUser(), "s1");
  create(large);
  create(small);
  EXPECT_EQ(findExactly({{small.user_id, "s1"}, {last, large.id}, {small.user_id, "s2"}}),
            (Found{small, large, std::nullopt}));
  EXPECT_TRUE(end(last, large.id));
}

TEST_F(StoreFindManyConformance, ItSeesEveryChangeThatReturnedBefore) {
  const std::int64_t user = newUser();
  const std::int64_t stranger = newUser();
  const Keys keys = {{user, "s1"}, {user, "s2"}, {stranger, "s1"}, {user, "s3"}};
  EXPECT_EQ(findExactly(keys), Found(4));

  Session first = session(user, "s1", kNow - 3min);
  Session second = session(user, "s2", kNow - 2min);
  const Session foreign = session(stranger, "s1");
  create(first);
  create(second);
  create(foreign);
  EXPECT_EQ(findExactly(keys), (Found{first, second, foreign, std::nullopt}));

  first.token_data = R"({"refresh":{"jti":"r2"}})";
  first.expires_at = kNow + 2h;
  ASSERT_EQ(replace(1, first), ReplaceResult::Replaced);
  first.version = 2;
  EXPECT_EQ(findExactly(keys), (Found{first, second, foreign, std::nullopt}));

  // A log-in under a new name, which the user's other sessions take.
  Session third = session(user, "s3", kNow - 1min);
  third.username = "countess";
  create(third);
  first.username = second.username = "countess";
  EXPECT_EQ(findExactly(keys), (Found{first, second, foreign, third}));

  ASSERT_TRUE(end(user, "s2"));
  EXPECT_EQ(findExactly(keys), (Found{first, std::nullopt, foreign, third}));
  ASSERT_EQ(endAll(user), 2);
  EXPECT_EQ(findExactly(keys), (Found{std::nullopt, std::nullopt, foreign, std::nullopt}));
}

TEST_F(StoreFindManyConformance, ALogInThatEndsOtherSessionsIsSeen) {
  const std::int64_t user = newUser();
  create(session(user, "old", kNow - 1min));
  create(session(user, "new"), 1);
  EXPECT_EQ(findExactly({{user, "old"}, {user, "new"}}),
            (Found{std::nullopt, session(user, "new")}));
}

TEST_F(StoreFindManyConformance, RaceAgainstEndNeverGivesTheSessionOnceItHasEnded) {
  const std::int64_t user = newUser();
  const std::int64_t other = newUser();
  create(session(other, "s1"));
  const Keys keys = {{user, "s1"}, {other, "s1"}};
  const auto expect_ended = [&] {
    EXPECT_EQ(findMany(keys), (Found{std::nullopt, session(other, "s1")}));
  };
  race([&] { create(session(user, "s1")); },
       [&] {
         const Found found = findMany(keys);
         EXPECT_TRUE(!found[0] || found[0] == session(user, "s1"));
         EXPECT_EQ(found[1], session(other, "s1"));
       },
       [&] {
         EXPECT_TRUE(end(user, "s1"));
         expect_ended();
       },
       expect_ended);
}

TEST_F(StoreFindManyConformance, RaceAgainstReplaceGivesOneVersionOrTheOther) {
  const Session stored = session(newUser(), "s1");
  Session next = stored;
  next.token_data = R"({"refresh":{"jti":"r2"}})";
  next.expires_at = kNow + 2h;
  Session replaced = next;
  replaced.version = 2;
  race(
      [&] {
        endAll(stored.user_id);
        create(stored);
      },
      [&] {
        const std::optional<Session> found = findAlone(stored.user_id, "s1");
        EXPECT_TRUE(found == stored || found == replaced);
      },
      [&] {
        EXPECT_EQ(replace(1, next), ReplaceResult::Replaced);
        EXPECT_EQ(findAlone(stored.user_id, "s1"), replaced);
      },
      [&] { EXPECT_EQ(findAlone(stored.user_id, "s1"), replaced); });
}

TEST_F(StoreFindManyConformance, ManyReadersSeeEveryOperationThatReturnedBefore) {
  constexpr int kRounds = 100;
  constexpr std::int64_t kEnded = -1;
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    const std::int64_t user = newUser();
    create(session(user, "s1"));
    create(session(user, "s2"));
    const Keys keys = {{user, "s2"}, {user, "s1"}};
    std::atomic<std::int64_t> returned = 1;
    atOnce(3, [&](int index) {
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
        const Found found = findMany(keys);
        ASSERT_EQ(found[0], session(user, "s2"));
        ASSERT_TRUE(!found[1] || found[1]->version >= before);
      }
      ASSERT_EQ(findMany(keys), (Found{session(user, "s2"), std::nullopt}));
    });
  }
}

TEST_F(StoreFindManyConformance, AfterItsDeadlineItFailsAndWorksAgain) {
  const std::int64_t user = newUser();
  create(session(user, "s1"));
  const sdk::SessionKey key{user, "s1"};
  try {
    store_->findMany({&key, 1}, kNow, std::chrono::steady_clock::now() - 1s);
    FAIL() << "no error";
  } catch (const sdk::Error& error) {
    EXPECT_TRUE(error.code() == sdk::ErrorCode::Unavailable ||
                error.code() == sdk::ErrorCode::Timeout)
        << error.what();
    EXPECT_STRNE(error.what(), "");
  }
  EXPECT_EQ(findAlone(user, "s1"), session(user, "s1"));
}

}  // namespace
}  // namespace token_service::conformance
