#include "app/start_problems.hpp"

#include <gtest/gtest.h>

namespace token_service::app {
namespace {

using sdk::ErrorCode;

ErrorCode codeOf(std::initializer_list<ErrorCode> codes) {
  StartProblems problems;
  for (const ErrorCode code : codes) {
    problems.add(code, "one");
  }
  try {
    problems.throwIfAny();
  } catch (const sdk::Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::Internal;
}

TEST(StartProblems, AreNoneAtFirst) {
  EXPECT_NO_THROW(StartProblems().throwIfAny());
  StartProblems problems;
  problems.add(sdk::SettingsReport{});
  EXPECT_NO_THROW(problems.throwIfAny());
}

TEST(StartProblems, AreALineEach) {
  StartProblems problems;
  problems.add(ErrorCode::InvalidConfig, "first");
  sdk::SettingsReport report{"f.yaml", {}, {}, {}};
  report.problems.push_back({ErrorCode::InvalidConfig, 7, "b", "is wrong"});
  report.problems.push_back({ErrorCode::InvalidConfig, 3, "a", "is wrong, too"});
  problems.add(report);
  problems.add(ErrorCode::InvalidConfig, "last");
  try {
    problems.throwIfAny();
    FAIL();
  } catch (const sdk::Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "first\nf.yaml:3: a: is wrong, too\nf.yaml:7: b: is wrong\nlast");
  }
}

TEST(StartProblems, HaveTheCodeThatAllOfThemHave) {
  EXPECT_EQ(codeOf({ErrorCode::PermissionDenied}), ErrorCode::PermissionDenied);
  EXPECT_EQ(codeOf({ErrorCode::PermissionDenied, ErrorCode::PermissionDenied}),
            ErrorCode::PermissionDenied);
  EXPECT_EQ(codeOf({ErrorCode::Unavailable, ErrorCode::Unavailable}), ErrorCode::Unavailable);
  EXPECT_EQ(codeOf({ErrorCode::PermissionDenied, ErrorCode::InvalidConfig}),
            ErrorCode::InvalidConfig);
  EXPECT_EQ(codeOf({ErrorCode::PermissionDenied, ErrorCode::Unavailable}),
            ErrorCode::InvalidConfig);
}

TEST(CheckClock, RefusesATimeBefore2020_C28) {
  constexpr sdk::Time kEarliest = std::chrono::sys_days(std::chrono::year{2020} / 1 / 1);
  StartProblems none;
  checkClock(kEarliest, none);
  EXPECT_NO_THROW(none.throwIfAny());

  StartProblems problems;
  checkClock(kEarliest - std::chrono::milliseconds(1), problems);
  try {
    problems.throwIfAny();
    FAIL();
  } catch (const sdk::Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidConfig);
    EXPECT_EQ(std::string(error.what()),
              "the system's clock is before 2020: set it, since tokens depend on it");
  }
}

}  // namespace
}  // namespace token_service::app
