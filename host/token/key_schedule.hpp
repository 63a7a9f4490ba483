#pragma once

#include "token_service/sdk/signer.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace token_service::token {

// How far the clocks of two replicas may differ.
inline constexpr std::chrono::seconds kClockTolerance{60};

// The keys by `active_from`, the earliest first.
std::vector<sdk::Key> inOrder(std::vector<sdk::Key> keys);

// Until when a key verifies that another one followed at `followed_at`. `token_lifetime` is that of
// the longest-lived token, leeway included.
sdk::Time retiredFrom(sdk::Time followed_at, std::chrono::seconds token_lifetime);

// The order in which the keys of one signer sign and until when each verifies, decided from the
// keys and the clock alone, so that all replicas decide alike. Before its `active_from` a key is
// published and verifies; the newest key whose time has come signs; a key that another one followed
// goes on verifying until the longest-lived token that it signed has expired.
class KeySchedule {
 public:
  // Throws std::invalid_argument, naming the kid and saying what to do, if the schedule would break
  // verifiers: a key, other than the earliest, that is no emergency and becomes active less than
  // `max_age` after it is published; two keys that become active at the same time.
  KeySchedule(std::vector<sdk::Key> keys, std::chrono::seconds token_lifetime,
              std::chrono::seconds max_age);

  // By `active_from`, the earliest first.
  const std::vector<sdk::Key>& keys() const { return keys_; }

  // From then on the key is needed no more; none while no other key follows it.
  std::optional<sdk::Time> retiredFrom(std::string_view kid) const;

 private:
  std::vector<sdk::Key> keys_;
  std::chrono::seconds token_lifetime_;
};

}  // namespace token_service::token
