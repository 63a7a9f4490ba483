#include "token/key_schedule.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace token_service::token {
namespace {

[[noreturn]] void refuse(const sdk::Key& key, const std::string& why) {
  throw std::invalid_argument("key " + key.kid + " " + why);
}

void checkPublication(const sdk::Key& key, std::chrono::seconds max_age) {
  if (key.emergency || key.active_from - key.published_from >= max_age) {
    return;
  }
  refuse(key, "becomes active less than the " + std::to_string(max_age.count()) +
                  " s after published_from for which others keep the key set: verifiers would not "
                  "know the key that signs. Move active_from, or set emergency: true");
}

}  // namespace

std::vector<sdk::Key> inOrder(std::vector<sdk::Key> keys) {
  std::stable_sort(keys.begin(), keys.end(), [](const sdk::Key& a, const sdk::Key& b) {
    return a.active_from < b.active_from;
  });
  return keys;
}

sdk::Time retiredFrom(sdk::Time followed_at, std::chrono::seconds token_lifetime) {
  // Another replica's clock may be behind.
  return followed_at + token_lifetime + kClockTolerance;
}

KeySchedule::KeySchedule(std::vector<sdk::Key> keys, std::chrono::seconds token_lifetime,
                         std::chrono::seconds max_age)
    : keys_(inOrder(std::move(keys))), token_lifetime_(token_lifetime) {
  for (std::size_t index = 1; index < keys_.size(); ++index) {
    checkPublication(keys_[index], max_age);
    if (keys_[index].active_from == keys_[index - 1].active_from) {
      refuse(keys_[index], "becomes active at the same time as key " + keys_[index - 1].kid +
                               ": give each its own active_from");
    }
  }
}

std::optional<sdk::Time> KeySchedule::retiredFrom(std::string_view kid) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const sdk::Key& key) { return key.kid == kid; });
  if (found == keys_.end() || std::next(found) == keys_.end()) {
    return std::nullopt;
  }
  return token::retiredFrom(std::next(found)->active_from, token_lifetime_);
}

}  // namespace token_service::token
