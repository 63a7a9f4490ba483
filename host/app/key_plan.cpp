#include "app/key_plan.hpp"

#include "http/timestamp.hpp"
#include "token/key_schedule.hpp"

#include <utility>

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
  std::vector<PlannedKey> plan;
  for (sdk::Key& key : token::inOrder(std::move(keys))) {
    if (!plan.empty()) {
      plan.back().signs_until = key.active_from;
      plan.back().verifies_until = token::retiredFrom(key.active_from, token_lifetime);
    }
    plan.push_back({std::move(key), std::nullopt, std::nullopt});
  }
  return plan;
}

std::string timeText(sdk::Time time) {
  return http::timestamp(std::chrono::floor<std::chrono::seconds>(time));
}

}  // namespace token_service::app
