#include "memory_store.hpp"
#include "session/session_lookup.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace token_service::session {
namespace {

using namespace std::chrono_literals;

constexpr sdk::Time kNow{1'700'000'000'000ms};
constexpr sdk::Deadline kLater = sdk::Deadline::max();

class SharedLookupTest : public testing::Test {
 protected:
  SharedLookupTest() {
    for (const std::int64_t user_id : {7, 8, 9}) {
      store_.create({user_id, "s1", "ann", "{}", kNow, kNow + 60s, 1}, 10, kNow, kLater);
    }
  }

  // The first try of a request, which is to share its look-up.
  static SharedLookup tried(SessionLookup& lookup, std::int64_t user_id,
                            const std::string& session_id = "s1",
                            Freshness freshness = Freshness::Recent) {
    SharedLookup shared;
    EXPECT_TRUE(lookup.find(user_id, session_id, kNow, kAtOnce, freshness, &shared).would_wait);
    return shared;
  }

  static void findTogether(SessionLookup& lookup, std::vector<SharedLookup*> shared) {
    lookup.findTogether(shared, kLater);
  }

  // The second try, or any other one with time to wait.
  static std::optional<sdk::Session> find(SessionLookup& lookup, std::int64_t user_id,
                                          SharedLookup& shared,
                                          const std::string& session_id = "s1",
                                          sdk::Time now = kNow) {
    return lookup.find(user_id, session_id, now, kLater, Freshness::Recent, &shared).value;
  }

  static bool isKnown(SessionLookup& lookup, std::int64_t user_id) {
    return lookup.find(user_id, "s1", kNow, kAtOnce, Freshness::Recent).value.has_value();
  }

  host_test::MemoryStore store_;
  SessionLookup exact_{store_, 0ms};
  SessionLookup stale_{store_, 5s};
};

TEST_F(SharedLookupTest, TheFirstTryNotesWhatItLooksForAndAsksNobody) {
  SharedLookup shared;
  shared.found_out = true;
  shared.session = sdk::Session{};
  EXPECT_TRUE(exact_.find(7, "s1", kNow, kAtOnce, Freshness::Recent, &shared).would_wait);
  EXPECT_EQ(shared.user_id, 7);
  EXPECT_EQ(shared.session_id, "s1");
  EXPECT_EQ(shared.now, kNow);
  EXPECT_EQ(shared.freshness, Freshness::Recent);
  EXPECT_FALSE(shared.found_out);
  EXPECT_FALSE(shared.session);
  EXPECT_TRUE(exact_.find(7, "s1", kNow, kAtOnce, Freshness::Exact).would_wait);
  EXPECT_EQ(store_.finds, 0);
  EXPECT_TRUE(store_.finds_together.empty());
}

TEST_F(SharedLookupTest, TheSecondTryTakesWhatWasFoundTogether) {
  SharedLookup seven = tried(exact_, 7);
  SharedLookup none = tried(exact_, 7, "s2");
  SharedLookup eight = tried(exact_, 8, "s1", Freshness::Exact);
  findTogether(exact_, {&seven, &none, &eight});
  EXPECT_EQ(find(exact_, 7, seven)->user_id, 7);
  EXPECT_FALSE(find(exact_, 7, none, "s2"));
  EXPECT_EQ(find(exact_, 8, eight)->user_id, 8);
  EXPECT_EQ(store_.finds_together, std::vector<std::size_t>{3});
  EXPECT_EQ(store_.finds, 0);
}

TEST_F(SharedLookupTest, ALogOutBeforeTheStatementIsSeen) {
  SharedLookup seven = tried(exact_, 7);
  store_.endAll(7, kNow, kLater);
  findTogether(exact_, {&seven});
  EXPECT_FALSE(find(exact_, 7, seven));
  EXPECT_EQ(store_.finds, 0);
}

TEST_F(SharedLookupTest, TheErrorOfTheStoreReachesEachOfThem) {
  SharedLookup seven = tried(exact_, 7);
  SharedLookup eight = tried(exact_, 8);
  store_.failure = sdk::ErrorCode::Unavailable;
  findTogether(exact_, {&seven, &eight});
  store_.failure.reset();
  const auto expectError = [&](std::int64_t user_id, SharedLookup& shared) {
    try {
      find(exact_, user_id, shared);
      ADD_FAILURE() << "no error for user " << user_id;
    } catch (const sdk::Error& error) {
      EXPECT_EQ(error.code(), sdk::ErrorCode::Unavailable);
      EXPECT_STREQ(error.what(), "the test's store fails");
    }
  };
  expectError(7, seven);
  expectError(8, eight);
  EXPECT_EQ(store_.finds, 0);
}

// What is no sdk::Error, too: it must come out where each request answers for it.
TEST_F(SharedLookupTest, AnyOtherExceptionReachesThemAsWell) {
  SharedLookup seven = tried(exact_, 7);
  store_.after_find_many = [] { throw std::runtime_error("no plugin should"); };
  findTogether(exact_, {&seven});
  EXPECT_THROW(find(exact_, 7, seven), std::runtime_error);
}

TEST_F(SharedLookupTest, ASessionThatExpiresBetweenTheTriesIsGone) {
  SharedLookup last = tried(exact_, 7);
  SharedLookup late = tried(exact_, 7);
  findTogether(exact_, {&last, &late});
  EXPECT_TRUE(find(exact_, 7, last, "s1", kNow + 60s - 1ms));
  EXPECT_FALSE(find(exact_, 7, late, "s1", kNow + 60s));
  EXPECT_EQ(store_.finds, 0);
}

TEST_F(SharedLookupTest, TheAnswerForAnotherSessionIsNotTaken) {
  SharedLookup seven = tried(exact_, 7);
  findTogether(exact_, {&seven});
  EXPECT_EQ(find(exact_, 8, seven)->user_id, 8);
  EXPECT_EQ(store_.finds, 1);
  EXPECT_FALSE(find(exact_, 7, seven, "s2"));
  EXPECT_EQ(store_.finds, 2);
  EXPECT_EQ(find(exact_, 7, seven)->user_id, 7);
  EXPECT_EQ(store_.finds, 2);
}

TEST_F(SharedLookupTest, WhatWasNotFoundOutIsAskedForAlone) {
  SharedLookup seven = tried(exact_, 7);
  EXPECT_TRUE(find(exact_, 7, seven));
  EXPECT_EQ(store_.finds, 1);
}

TEST_F(SharedLookupTest, WithoutStalenessNothingIsKept) {
  SharedLookup seven = tried(exact_, 7);
  findTogether(exact_, {&seven});
  EXPECT_FALSE(isKnown(exact_, 7));
}

TEST_F(SharedLookupTest, WithStalenessWhatMayBeOldIsKept) {
  SharedLookup seven = tried(stale_, 7);
  SharedLookup eight = tried(stale_, 8, "s1", Freshness::Exact);
  SharedLookup none = tried(stale_, 9, "s2");
  findTogether(stale_, {&seven, &eight, &none});
  EXPECT_TRUE(isKnown(stale_, 7));
  EXPECT_FALSE(isKnown(stale_, 8)) << "was to be exact";
  EXPECT_FALSE(isKnown(stale_, 9)) << "was not there";
}

TEST_F(SharedLookupTest, AChangeOfThisProcessMeanwhileLetsNothingBeKept) {
  SharedLookup seven = tried(stale_, 7);
  SharedLookup eight = tried(stale_, 8);
  store_.after_find_many = [&] {
    const SessionLookup::Change change(stale_, 7);
    store_.endAll(7, kNow, kLater);
  };
  findTogether(stale_, {&seven, &eight});
  EXPECT_TRUE(seven.session) << "it was read before the change";
  EXPECT_FALSE(isKnown(stale_, 7));
  EXPECT_TRUE(isKnown(stale_, 8));
}

}  // namespace
}  // namespace token_service::session
