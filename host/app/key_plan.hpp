#pragma once

#include "token_service/sdk/signer.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace token_service::app {

enum class KeyState { Published, Signing, Retired, Over };

// One key of a signer and what its successor means for it.
struct PlannedKey {
  sdk::Key key;
  // None while no other key follows.
  std::optional<sdk::Time> signs_until;
  std::optional<sdk::Time> verifies_until;

  KeyState stateAt(sdk::Time now) const;
};

// The keys by `active_from`, whether or not verifiers can follow the schedule. `token_lifetime` is
// that of the longest-lived token, leeway included.
std::vector<PlannedKey> planOf(std::vector<sdk::Key> keys, std::chrono::seconds token_lifetime);

// `2026-11-23T18:00:00Z`.
std::string timeText(sdk::Time time);

}  // namespace token_service::app
