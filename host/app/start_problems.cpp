#include "app/start_problems.hpp"

#include <algorithm>
#include <chrono>

namespace token_service::app {

void StartProblems::add(sdk::ErrorCode code, const std::string& text) {
  problems_.push_back({code, text});
}

void StartProblems::add(const sdk::SettingsReport& report) {
  try {
    report.throwIfAny();
  } catch (const sdk::Error& error) {
    add(error.code(), error.what());
  }
}

void StartProblems::throwIfAny() const {
  if (problems_.empty()) {
    return;
  }
  std::string text;
  for (const Problem& problem : problems_) {
    text.append(text.empty() ? "" : "\n").append(problem.text);
  }
  const sdk::ErrorCode first = problems_.front().code;
  const bool alike = std::all_of(problems_.begin(), problems_.end(),
                                 [&](const Problem& problem) { return problem.code == first; });
  throw sdk::Error(alike ? first : sdk::ErrorCode::InvalidConfig, text);
}

void checkClock(sdk::Time now, StartProblems& problems) {
  constexpr std::chrono::sys_days kEarliest = std::chrono::year{2020} / 1 / 1;
  if (now < kEarliest) {
    problems.add(sdk::ErrorCode::InvalidConfig,
                 "the system's clock is before 2020: set it, since tokens depend on it");
  }
}

}  // namespace token_service::app
