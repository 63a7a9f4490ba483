// What a log-in stores: every value as it is, under the limit of its user.

#include "store_conformance.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace token_service::conformance {
namespace {

// --- create and find

TEST_F(StoreConformance, FindGivesWhatCreateStored) {
  const Session stored = session(newUser(), "s1");
  create(stored);
  EXPECT_EQ(find(stored.user_id, "s1"), stored);
}

TEST_F(StoreConformance, VersionIsOneAfterCreateWhateverTheCallerSays) {
  Session stored = session(newUser(), "s1");
  stored.version = 77;
  create(stored);
  ASSERT_TRUE(find(stored.user_id, "s1"));
  EXPECT_EQ(find(stored.user_id, "s1")->version, 1);
}

TEST_F(StoreConformance, FindGivesNothingForAnotherUserOrSession) {
  const std::int64_t user = newUser();
  EXPECT_EQ(find(user, "s1"), std::nullopt);
  create(session(user, "s1"));
  EXPECT_EQ(find(user, "s2"), std::nullopt);
  EXPECT_EQ(find(newUser(), "s1"), std::nullopt);
}

TEST_F(StoreConformance, TheLargestUserIdIsKept) {
  const std::int64_t user = std::numeric_limits<std::int64_t>::max();
  const std::string id = "conformance-" + std::to_string(randomUser());
  create(session(user, id));
  EXPECT_EQ(find(user, id), session(user, id));
  EXPECT_TRUE(end(user, id));
}

TEST_F(StoreConformance, TimesAreUtcToTheMillisecond) {
  const Time moments[] = {
      Time{1ms},
      Time{954'637'199'999ms},  // around the change to summer time in Europe
      Time{954'637'200'000ms},
      Time{972'781'200'001ms},      // in the hour that came twice
      Time{4'102'444'800'999ms},    // 2100, past 32 bits of seconds
      Time{253'402'300'799'999ms},  // the last of the year 9999
  };
  for (const Time moment : moments) {
    Session stored = session(newUser(), "s1", moment);
    stored.expires_at = moment + 1ms;
    store_->create(stored, kNoLimit, moment, soon());
    EXPECT_EQ(find(stored.user_id, "s1", moment), stored);
    EXPECT_EQ(find(stored.user_id, "s1", moment + 1ms), std::nullopt);
  }
}

TEST_F(StoreConformance, UsernamesAreKeptAsTheyAre) {
  std::string longest;
  for (int count = 0; count < 255; ++count) {
    longest += "\U0001F98A";
  }
  const std::string names[] = {
      "x",
      "O'Brien \"the\" \\ back\\\\slash `tick`",
      "'; DROP TABLE user_tokens; --",
      "$1 ? :id @id ${HOME} {} , NULL",
      "%s%n%x%%",
      "  spaces around  ",
      "\u017b\u00f3\u0142w \u0416\u0443\u043a \u6f22\u5b57 \u05e9\u05dc\u05d5\u05dd",
      "\U0001F469\u200D\U0001F680",
      "caf\u00e9",
      "cafe\u0301",
      longest,
  };
  for (const std::string& name : names) {
    Session stored = session(newUser(), "s1");
    stored.username = name;
    create(stored);
    EXPECT_EQ(find(stored.user_id, "s1"), stored);
    EXPECT_EQ(list(stored.user_id), std::vector<Session>{stored});
  }
}

TEST_F(StoreConformance, TokenDataIsKeptByteForByte) {
  std::string largest = R"({"pad":")";
  largest.append(64 * 1024 - largest.size() - 2, 'x').append("\"}");
  ASSERT_EQ(largest.size(), 64U * 1024);
  const std::string values[] = {
      "{}",
      "  {\"b\" : 1.0,\n\t\"a\":1e2, \"big\":12345678901234567890.10 }  ",
      R"({"a":"\u00e9\/\\\"\u0000\ud83e\udd8a","b":"'; DROP TABLE user_tokens; --","c":null})",
      "{\"name\":\"caf\u00e9 cafe\u0301 \U0001F98A\"}",
      largest,
  };
  for (const std::string& value : values) {
    Session stored = session(newUser(), "s1");
    stored.token_data = value;
    create(stored);
    EXPECT_EQ(find(stored.user_id, "s1"), stored);

    Session next = session(stored.user_id, "s2");
    create(next);
    next.token_data = value;
    EXPECT_EQ(replace(1, next), ReplaceResult::Replaced);
    EXPECT_EQ(find(next.user_id, "s2")->token_data, value);
  }
}

TEST_F(StoreConformance, SessionIdsAreComparedByteForByte) {
  const std::int64_t user = newUser();
  const std::string sixty_three(63, 'k');
  const Ids all = {"abc",
                   "Abc",
                   "ABC",
                   "abc ",
                   " abc",
                   "abc_",
                   "abc%",
                   "ab",
                   "a'c",
                   "a\"c",
                   "a\\c",
                   "0",
                   sixty_three + "a",
                   sixty_three + "b"};
  for (const std::string& id : all) {
    EXPECT_EQ(find(user, id), std::nullopt) << id;
    Session stored = session(user, id);
    stored.token_data = R"({"of":")" + std::to_string(&id - all.data()) + "\"}";
    create(stored);
  }
  EXPECT_EQ(list(user).size(), all.size());
  for (const std::string& id : all) {
    ASSERT_TRUE(find(user, id)) << id;
    EXPECT_EQ(find(user, id)->token_data, R"({"of":")" + std::to_string(&id - all.data()) + "\"}");
  }
  EXPECT_TRUE(end(user, "abc"));
  EXPECT_EQ(list(user).size(), all.size() - 1);
}

TEST_F(StoreConformance, OneSessionIdOfTwoUsersIsTwoSessions) {
  const std::int64_t one = newUser();
  const std::int64_t two = newUser();
  create(session(one, "s1"));
  create(session(two, "s1"));
  EXPECT_TRUE(end(one, "s1"));
  EXPECT_EQ(find(one, "s1"), std::nullopt);
  EXPECT_EQ(find(two, "s1"), session(two, "s1"));
}

TEST_F(StoreConformance, TheIdOfAnEndedOrExpiredSessionIsFree) {
  const std::int64_t user = newUser();
  create(session(user, "ended"));
  replace(1, session(user, "ended"));
  end(user, "ended");
  create(session(user, "ended"));
  EXPECT_EQ(find(user, "ended"), session(user, "ended"));

  Session old = session(user, "expired");
  old.expires_at = kNow;
  store_->create(old, kNoLimit, kNow - 1ms, soon());
  create(session(user, "expired"));
  EXPECT_EQ(find(user, "expired"), session(user, "expired"));
}

// --- the limit and the name

TEST_F(StoreConformance, CreateEndsAllButTheNewest) {
  const std::int64_t user = newUser();
  create(session(user, "middle", kNow - 2min));
  create(session(user, "oldest", kNow - 3min));
  create(session(user, "newer", kNow - 1min));
  create(session(user, "new", kNow), 3);
  EXPECT_EQ(ids(user), (Ids{"new", "newer", "middle"}));
  EXPECT_EQ(find(user, "oldest"), std::nullopt);
  EXPECT_EQ(replace(1, session(user, "oldest")), ReplaceResult::Gone);
  EXPECT_FALSE(end(user, "oldest"));
}

TEST_F(StoreConformance, ALowerLimitEndsSeveralAtOnce) {
  const std::int64_t user = newUser();
  for (int count = 0; count < 20; ++count) {
    create(session(user, "s" + std::to_string(count), kNow - 1min + 1ms * count));
  }
  create(session(user, "new"), 2);
  EXPECT_EQ(ids(user), (Ids{"new", "s19"}));
}

TEST_F(StoreConformance, TheNewSessionStaysEvenIfItIsTheOldest) {
  const std::int64_t user = newUser();
  create(session(user, "a", kNow - 1min));
  create(session(user, "b", kNow));
  create(session(user, "new", kNow - 1h), 2);
  EXPECT_EQ(ids(user), (Ids{"b", "new"}));
}

TEST_F(StoreConformance, ALimitOfOneLeavesOnlyTheNewSession) {
  const std::int64_t user = newUser();
  create(session(user, "a", kNow + 1min), 1);
  EXPECT_EQ(ids(user), Ids{"a"});
  create(session(user, "b", kNow), 1);
  EXPECT_EQ(ids(user), Ids{"b"});
  create(session(user, "a", kNow), 1);
  EXPECT_EQ(ids(user), Ids{"a"});
}

TEST_F(StoreConformance, TiesAreDecidedByTheBytesOfTheId) {
  const std::int64_t user = newUser();
  create(session(user, "a"));
  create(session(user, "B"));
  create(session(user, "c"));
  EXPECT_EQ(ids(user), (Ids{"c", "a", "B"}));
  create(session(user, "A"), 3);
  EXPECT_EQ(ids(user), (Ids{"c", "a", "A"}));
}

TEST_F(StoreConformance, ExpiredSessionsTakeNoPlaceOfTheLimit) {
  const std::int64_t user = newUser();
  Session expired = session(user, "expired", kNow - 1ms);
  expired.expires_at = kNow;
  store_->create(expired, kNoLimit, kNow - 1ms, soon());
  create(session(user, "live", kNow - 1h));
  create(session(user, "new"), 2);
  EXPECT_EQ(ids(user), (Ids{"new", "live"}));
}

TEST_F(StoreConformance, TheLimitIsOfOneUser) {
  const std::int64_t one = newUser();
  const std::int64_t two = newUser();
  create(session(one, "s1"));
  create(session(two, "s2"), 1);
  create(session(two, "s3"), 1);
  EXPECT_EQ(ids(one), Ids{"s1"});
  EXPECT_EQ(ids(two), Ids{"s3"});
}

TEST_F(StoreConformance, ANewNameReachesTheUsersOtherSessionsAndNothingElse) {
  const std::int64_t user = newUser();
  const std::int64_t stranger = newUser();
  create(session(stranger, "s1"));
  create(session(user, "s1"));
  create(session(user, "s2"));
  ASSERT_EQ(replace(1, session(user, "s2")), ReplaceResult::Replaced);

  Session renamed = session(user, "s3");
  renamed.username = "countess";
  create(renamed);

  Session first = session(user, "s1");
  first.username = "countess";
  Session second = session(user, "s2");
  second.username = "countess";
  second.version = 2;
  EXPECT_EQ(find(user, "s1"), first);
  EXPECT_EQ(find(user, "s2"), second);
  EXPECT_EQ(find(user, "s3"), renamed);
  EXPECT_EQ(find(stranger, "s1"), session(stranger, "s1"));
  EXPECT_EQ(replace(2, second), ReplaceResult::Replaced);
}

TEST_F(StoreConformance, ANameThatOnlyLooksTheSameIsANewName) {
  const std::int64_t user = newUser();
  Session composed = session(user, "s1");
  composed.username = "caf\u00e9";
  Session decomposed = session(user, "s2");
  decomposed.username = "cafe\u0301";
  create(composed);
  create(decomposed);
  EXPECT_EQ(find(user, "s1")->username, "cafe\u0301");
}

TEST_F(StoreConformance, TheLimitHoldsUnderConcurrentCreates) {
  const std::int64_t user = newUser();
  atOnce(32, [&](int index) {
    for (int round = 0; round < 8; ++round) {
      create(session(user, std::to_string(index) + "-" + std::to_string(round)), 10);
      EXPECT_LE(list(user).size(), 10U);
    }
  });
  EXPECT_EQ(list(user).size(), 10U);
}

TEST_F(StoreConformance, TwoFirstLoginsAtOnceAreBothStored) {
  for (int round = 0; round < 50; ++round) {
    const std::int64_t user = newUser();
    atOnce(2, [&](int index) { create(session(user, std::to_string(index)), 10); });
    ASSERT_EQ(ids(user), (Ids{"1", "0"}));
  }
}

TEST_F(StoreConformance, TwoFirstLoginsAtOnceUnderALimitOfOneLeaveOne) {
  for (int round = 0; round < 50; ++round) {
    const std::int64_t user = newUser();
    atOnce(2, [&](int index) { create(session(user, std::to_string(index)), 1); });
    ASSERT_EQ(list(user).size(), 1U);
  }
}
}  // namespace
}  // namespace token_service::conformance
