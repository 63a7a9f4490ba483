// Every promise of token_service/sdk/store.hpp, against a real store.
//
// All times lie in the past of any service, and all users are drawn at random, so a run leaves the
// rows of others alone and what a broken run leaves behind is purged like any expired session. Two
// runs may not share one database at the same time.

#include "plugin_under_test.hpp"
#include "token_service/sdk/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace token_service::sdk {

bool operator==(const Session& a, const Session& b) {
  return a.user_id == b.user_id && a.id == b.id && a.username == b.username &&
         a.token_data == b.token_data && a.created_at == b.created_at &&
         a.expires_at == b.expires_at && a.version == b.version;
}

std::ostream& operator<<(std::ostream& out, const Session& session) {
  return out << "{user " << session.user_id << ", id '" << session.id << "', username '"
             << session.username << "', token_data of " << session.token_data.size()
             << " bytes, created " << session.created_at.time_since_epoch().count() << ", expires "
             << session.expires_at.time_since_epoch().count() << ", version " << session.version
             << "}";
}

}  // namespace token_service::sdk

namespace token_service::conformance {
namespace {

using namespace std::chrono_literals;
using sdk::ReplaceResult;
using sdk::Session;
using sdk::Time;

constexpr Time kNow{1'000'000'000'123ms};
constexpr std::int64_t kNoLimit = 1'000;

std::int64_t races() {
  const char* text = std::getenv("TOKEN_SERVICE_RACES");
  return text == nullptr ? 1'000 : std::strtoll(text, nullptr, 10);
}

sdk::Deadline soon() { return std::chrono::steady_clock::now() + 30s; }

std::int64_t randomUser() {
  static std::random_device device;
  return std::uniform_int_distribution<std::int64_t>(std::int64_t{1} << 48,
                                                     std::int64_t{1} << 62)(device);
}

Session session(std::int64_t user, std::string id, Time created = kNow) {
  return {.user_id = user,
          .id = std::move(id),
          .username = "ada",
          .token_data = R"({"refresh":{"jti":"r1"},"access":{"jti":"a1"}})",
          .created_at = created,
          .expires_at = kNow + 1h,
          .version = 1};
}

/// An exception in a thread would end the program and not the test.
template <typename Operation>
void guarded(Operation operation) {
  try {
    operation();
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
}

/// `operation(0)` ... `operation(count - 1)`, in a thread each, begun at the same moment.
template <typename Operation>
void atOnce(int count, Operation operation) {
  std::barrier line(count);
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int index = 0; index < count; ++index) {
    threads.emplace_back([&, index] {
      line.arrive_and_wait();
      guarded([&] { operation(index); });
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

void spinFor(std::chrono::microseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

/// Many rounds of: `before`, then `left` and `right` in two threads, then `after`. One of the two
/// is held back a little, another one and by another time in each round, so that every order of
/// their steps comes up.
template <typename Before, typename Left, typename Right, typename After>
void race(Before before, Left left, Right right, After after) {
  std::barrier line(2);
  std::atomic<bool> over = false;
  std::chrono::microseconds left_delay{};
  std::chrono::microseconds right_delay{};
  std::thread other([&] {
    for (line.arrive_and_wait(); !over; line.arrive_and_wait()) {
      spinFor(right_delay);
      guarded(right);
      line.arrive_and_wait();
    }
  });
  const std::int64_t rounds = races();
  for (std::int64_t round = 0; round < rounds && !::testing::Test::HasFailure(); ++round) {
    guarded(before);
    const std::chrono::microseconds delay(round * 37 % 400);
    left_delay = round % 2 == 0 ? delay : 0us;
    right_delay = round % 2 == 0 ? 0us : delay;
    line.arrive_and_wait();
    spinFor(left_delay);
    guarded(left);
    line.arrive_and_wait();
    guarded(after);
  }
  over = true;
  line.arrive_and_wait();
  other.join();
}

class StoreConformance : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(pluginUnderTest().make_store);
    store_ = pluginUnderTest().make_store();
    ASSERT_NE(store_, nullptr);
  }

  void TearDown() override {
    if (store_ != nullptr) {
      for (const std::int64_t user : users_) {
        store_->endAll(user, kNow, soon());
      }
    }
  }

  std::int64_t newUser() { return users_.emplace_back(randomUser()); }

  void create(const Session& session, std::int64_t limit = kNoLimit) {
    store_->create(session, limit, kNow, soon());
  }
  std::optional<Session> find(std::int64_t user, std::string_view id, Time now = kNow) {
    return store_->find(user, id, now, soon());
  }
  ReplaceResult replace(std::int64_t expected, const Session& next, Time now = kNow) {
    return store_->replace(expected, next, now, soon());
  }
  std::vector<Session> list(std::int64_t user, Time now = kNow) {
    return store_->list(user, now, soon());
  }
  std::vector<std::string> ids(std::int64_t user, Time now = kNow) {
    std::vector<std::string> result;
    for (const Session& one : list(user, now)) {
      result.push_back(one.id);
    }
    return result;
  }
  bool end(std::int64_t user, std::string_view id, Time now = kNow) {
    return store_->end(user, id, now, soon());
  }
  std::int64_t endAll(std::int64_t user, Time now = kNow) {
    return store_->endAll(user, now, soon());
  }

  std::unique_ptr<sdk::Store> store_;

 private:
  std::vector<std::int64_t> users_;
};

using Ids = std::vector<std::string>;

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

// --- races

TEST_F(StoreConformance, RaceReplaceAgainstEndAllLeavesNothing) {
  const std::int64_t user = newUser();
  race([&] { create(session(user, "s1")); }, [&] { replace(1, session(user, "s1")); },
       [&] { EXPECT_EQ(endAll(user), 1); },
       [&] {
         EXPECT_EQ(find(user, "s1"), std::nullopt);
         EXPECT_EQ(list(user), std::vector<Session>{});
         EXPECT_EQ(replace(2, session(user, "s1")), ReplaceResult::Gone);
       });
}

TEST_F(StoreConformance, RaceReplaceAgainstEndLeavesNothing) {
  const std::int64_t user = newUser();
  race([&] { create(session(user, "s1")); }, [&] { replace(1, session(user, "s1")); },
       [&] { EXPECT_TRUE(end(user, "s1")); }, [&] { EXPECT_EQ(find(user, "s1"), std::nullopt); });
}

TEST_F(StoreConformance, RaceCreateAgainstEndAllEndsWhatWasThereAndCountsWhatItEnded) {
  const std::int64_t user = newUser();
  std::int64_t ended = 0;
  race(
      [&] {
        endAll(user);
        create(session(user, "before"));
      },
      [&] { create(session(user, "meanwhile")); }, [&] { ended = endAll(user); },
      [&] {
        EXPECT_EQ(find(user, "before"), std::nullopt);
        EXPECT_EQ(find(user, "meanwhile").has_value(), ended == 1);
        EXPECT_EQ(ended + static_cast<std::int64_t>(list(user).size()), 2);
      });
}

TEST_F(StoreConformance, RaceLoginAgainstRefreshLosesNeither) {
  const std::int64_t user = newUser();
  Session refreshed = session(user, "old");
  refreshed.token_data = R"({"refresh":{"jti":"r2"}})";
  Session login = session(user, "new");
  login.username = "countess";
  race(
      [&] {
        endAll(user);
        create(session(user, "old", kNow));
      },
      [&] { create(login, 2); }, [&] { EXPECT_EQ(replace(1, refreshed), ReplaceResult::Replaced); },
      [&] {
        Session expected = refreshed;
        expected.username = "countess";
        expected.version = 2;
        EXPECT_EQ(find(user, "old"), expected);
        EXPECT_EQ(find(user, "new"), login);
      });
}

TEST_F(StoreConformance, RaceLoginThatEndsTheSessionAgainstItsRefreshLeavesTheLogin) {
  const std::int64_t user = newUser();
  race(
      [&] {
        endAll(user);
        create(session(user, "old"));
      },
      [&] { create(session(user, "new"), 1); },
      [&] { EXPECT_NE(replace(1, session(user, "old")), ReplaceResult::Changed); },
      [&] {
        EXPECT_EQ(find(user, "old"), std::nullopt);
        EXPECT_EQ(ids(user), Ids{"new"});
      });
}

TEST_F(StoreConformance, FindSeesEveryOperationThatReturnedBefore) {
  constexpr int kRounds = 100;
  constexpr std::int64_t kEnded = -1;
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    const std::int64_t user = newUser();
    create(session(user, "s1"));
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
        const std::optional<Session> found = find(user, "s1");
        ASSERT_TRUE(!found || found->version >= before);
      }
      ASSERT_EQ(find(user, "s1"), std::nullopt);
    });
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
