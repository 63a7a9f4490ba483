#include "app/key_plan.hpp"

#include "token/key_schedule.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace token_service::app {

KeyState PlannedKey::stateAt(sdk::Time now) const {
  if (now < key.active_from) {
    return KeyState::Published;
  }
  if (!signs_until || now < *signs_until) {
    return KeyState::Signing;
  }
  return now < *verifies_until ? KeyState::Retired : KeyState::Over;
}

std::vector<PlannedKey> planOf(std::vector<sdk::Key> keys, std::chrono::seconds token_lifetime) {
  std::stable_sort(keys.begin(), keys.end(), [](const sdk::Key& a, const sdk::Key& b) {
    return a.active_from < b.active_from;
  });
  std::vector<PlannedKey> plan;
  for (sdk::Key& key : keys) {
    if (!plan.empty()) {
      plan.back().signs_until = key.active_from;
      plan.back().verifies_until = key.active_from + token_lifetime + token::kClockTolerance;
    }
    plan.push_back({std::move(key), std::nullopt, std::nullopt});
  }
  return plan;
}

std::string timeText(sdk::Time time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, sizeof("2026-11-23T18:00:00Z") + 16> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

}  // namespace token_service::app
