#include "app/key_plan.hpp"

#include "app/key_report.hpp"
#include "token/key_schedule.hpp"

#include <gtest/gtest.h>

namespace token_service::app {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kLifetime = 15min;
constexpr sdk::Time kNoon = std::chrono::sys_days(std::chrono::year{2026} / 11 / 23) + 12h;

sdk::Key key(const std::string& kid, sdk::Time active_from) {
  sdk::Key result;
  result.kid = kid;
  result.algorithm = "HS256";
  result.active_from = active_from;
  result.published_from = active_from == sdk::Time{} ? active_from : active_from - 1h;
  return result;
}

// The first has no dates, the second followed it at noon, the third will follow a day later.
std::vector<PlannedKey> threeKeys() {
  return planOf({key("c", kNoon + 24h), key("a", {}), key("b", kNoon)}, kLifetime);
}

TEST(KeyPlan, IsInTheOrderInWhichKeysSign) {
  const std::vector<PlannedKey> plan = threeKeys();
  ASSERT_EQ(plan.size(), 3U);
  EXPECT_EQ(plan[0].key.kid, "a");
  EXPECT_EQ(plan[1].key.kid, "b");
  EXPECT_EQ(plan[2].key.kid, "c");
  EXPECT_EQ(plan[0].signs_until, kNoon);
  EXPECT_EQ(plan[1].signs_until, kNoon + 24h);
  EXPECT_FALSE(plan[2].signs_until);
  EXPECT_FALSE(plan[2].verifies_until);
}

TEST(KeyPlan, RetiresKeysAsTheScheduleDoes) {
  const token::KeySchedule schedule({key("a", {}), key("b", kNoon), key("c", kNoon + 24h)},
                                    kLifetime, 5min);
  for (const PlannedKey& planned : threeKeys()) {
    EXPECT_EQ(planned.verifies_until, schedule.retiredFrom(planned.key.kid));
  }
}

TEST(KeyPlan, KnowsWhatAKeyDoes) {
  const std::vector<PlannedKey> plan = threeKeys();
  const auto states = [&](sdk::Time now) {
    return std::vector{plan[0].stateAt(now), plan[1].stateAt(now), plan[2].stateAt(now)};
  };
  using enum KeyState;
  EXPECT_EQ(states(kNoon - 1ms), (std::vector{Signing, Published, Published}));
  EXPECT_EQ(states(kNoon), (std::vector{Retired, Signing, Published}));
  EXPECT_EQ(states(kNoon + 16min - 1ms), (std::vector{Retired, Signing, Published}));
  EXPECT_EQ(states(kNoon + 16min), (std::vector{Over, Signing, Published}));
  EXPECT_EQ(states(kNoon + 24h), (std::vector{Over, Retired, Signing}));
}

TEST(KeyPlan, OfKeysThatStartTogetherOneNeverSigns) {
  const std::vector<PlannedKey> plan = planOf({key("a", kNoon), key("b", kNoon)}, kLifetime);
  EXPECT_EQ(plan[0].stateAt(kNoon), KeyState::Retired);
  EXPECT_EQ(plan[1].stateAt(kNoon), KeyState::Signing);
}

TEST(TimeText, IsWhatTheConfigurationTakes) {
  EXPECT_EQ(timeText(kNoon), "2026-11-23T12:00:00Z");
  EXPECT_EQ(timeText(kNoon + 999ms), "2026-11-23T12:00:00Z");
  EXPECT_EQ(timeText(sdk::Time{}), "1970-01-01T00:00:00Z");
}

TEST(KeyTable, HasALineForEachKey) {
  EXPECT_EQ(keyTable(threeKeys(), kNoon + 1min),
            "kid  alg    state                                         published_from        "
            "active_from\n"
            "a    HS256  retired: verifies until 2026-11-23T12:16:00Z  -                     -\n"
            "b    HS256  signing                                       2026-11-23T11:00:00Z  "
            "2026-11-23T12:00:00Z\n"
            "c    HS256  published: signs from 2026-11-24T12:00:00Z    2026-11-24T11:00:00Z  "
            "2026-11-24T12:00:00Z\n");
  EXPECT_NE(keyTable(threeKeys(), kNoon + 1h).find("a    HS256  over "), std::string::npos);
}

TEST(TimeLine, SaysWhoSignsAndVerifiesWhen) {
  EXPECT_EQ(timeLine(threeKeys(), kNoon),
            "a signs until 2026-11-23T12:00:00Z, verifies until 2026-11-23T12:16:00Z\n"
            "b signs from 2026-11-23T12:00:00Z until 2026-11-24T12:00:00Z, verifies until "
            "2026-11-24T12:16:00Z\n"
            "c signs from 2026-11-24T12:00:00Z until another does, verifies as long as it is "
            "there\n");
}

TEST(TimeLine, ShowsWhatCannotBeUsed) {
  sdk::Key emergency = key("b", kNoon);
  emergency.emergency = true;
  EXPECT_EQ(timeLine(planOf({key("a", kNoon), emergency}, kLifetime), kNoon - 1h),
            "no key signs until 2026-11-23T12:00:00Z\n"
            "a signs never, verifies until 2026-11-23T12:16:00Z\n"
            "b signs from 2026-11-23T12:00:00Z until another does, verifies as long as it is "
            "there, emergency\n");
}

TEST(NewKeyDates, LeaveTimeForReplicasAndForOthers) {
  EXPECT_EQ(newKeyDates({}, kNoon, 5min),
            "published_from: 2026-11-23T12:10:00Z\nactive_from: 2026-11-23T12:15:00Z\n");
  EXPECT_EQ(newKeyDates({}, kNoon + 1ms, 1h),
            "published_from: 2026-11-23T12:11:00Z\nactive_from: 2026-11-23T13:11:00Z\n");
  EXPECT_EQ(newKeyDates(planOf({key("a", kNoon + 15min), key("b", kNoon + 16min)}, kLifetime),
                        kNoon, 5min),
            "published_from: 2026-11-23T12:10:00Z\nactive_from: 2026-11-23T12:17:00Z\n")
      << "no two keys start together";
}

}  // namespace
}  // namespace token_service::app
