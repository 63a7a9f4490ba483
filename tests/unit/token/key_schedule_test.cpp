#include "token/key_schedule.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace token_service::token {
namespace {

using namespace std::chrono_literals;

constexpr sdk::Time kBase{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23)};

sdk::Key key(const std::string& kid, sdk::Time published, sdk::Time active,
             bool emergency = false) {
  return {kid, "HS256", std::nullopt, published, active, emergency};
}

std::string refusal(std::vector<sdk::Key> keys) {
  try {
    const KeySchedule schedule(std::move(keys), 15min, 5min);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(KeySchedule, KeysStandInTheOrderInWhichTheySign) {
  const KeySchedule schedule(
      {key("third", kBase, kBase + 2h), key("first", {}, {}), key("second", kBase, kBase + 1h)},
      15min, 5min);
  EXPECT_EQ(schedule.keys()[0].kid, "first");
  EXPECT_EQ(schedule.keys()[1].kid, "second");
  EXPECT_EQ(schedule.keys()[2].kid, "third");
}

TEST(KeySchedule, AKeyIsNeededUntilItsLastTokenHasExpiredAtAReplicaWhoseClockIsBehind) {
  const KeySchedule schedule({key("first", {}, {}), key("second", kBase, kBase + 1h)}, 15min, 5min);
  EXPECT_EQ(schedule.retiredFrom("first"), kBase + 1h + 15min + kClockTolerance);
  EXPECT_FALSE(schedule.retiredFrom("second"));
  EXPECT_FALSE(schedule.retiredFrom("unknown"));
}

TEST(KeySchedule, RefusesAKeyThatSignsBeforeOthersCanKnowIt) {
  EXPECT_EQ(refusal({key("first", {}, {}), key("second", kBase, kBase + 5min)}), "");
  const std::string why = refusal({key("first", {}, {}), key("second", kBase, kBase + 5min - 1ms)});
  EXPECT_NE(why.find("key second becomes active less than the 300 s after"), std::string::npos)
      << why;
  EXPECT_NE(why.find("emergency: true"), std::string::npos);
  EXPECT_NE(refusal({key("first", {}, {}), key("second", kBase + 1h, kBase)}), "")
      << "active before it is published";
}

TEST(KeySchedule, NobodyHasAnEarlierKeySetThanThatOfTheEarliestKey) {
  EXPECT_EQ(refusal({key("first", kBase, kBase)}), "");
  EXPECT_EQ(refusal({key("first", kBase, kBase), key("second", kBase, kBase + 5min)}), "");
}

TEST(KeySchedule, AnEmergencyKeyMaySignAtOnce) {
  EXPECT_EQ(refusal({key("first", {}, {}), key("second", kBase, kBase, true)}), "");
}

TEST(KeySchedule, RefusesTwoKeysThatBecomeActiveTogether) {
  const std::string why = refusal(
      {key("first", {}, {}), key("second", kBase, kBase + 1h), key("third", kBase, kBase + 1h)});
  EXPECT_NE(why.find("key third becomes active at the same time as key second"), std::string::npos)
      << why;
}

}  // namespace
}  // namespace token_service::token
