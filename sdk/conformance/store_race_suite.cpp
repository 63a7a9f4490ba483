// Operations on one session at the same moment.

#include "store_conformance.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

namespace token_service::conformance {
namespace {

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
}  // namespace
}  // namespace token_service::conformance
