#include "app/key_changes.hpp"

#include "app/key_plan.hpp"

#include <algorithm>
#include <map>

namespace token_service::app {
namespace {

using token::KeyRing;

bool knows(const KeyRing& ring, const std::string& kid) {
  return std::any_of(ring.entries().begin(), ring.entries().end(),
                     [&](const KeyRing::Entry& entry) { return entry.key.kid == kid; });
}

}  // namespace

// The keys of refresh tokens are those of all signers.
void warnOfKeyChanges(const token::KeyRings& before, const token::KeyRings& after, sdk::Time now,
                      std::chrono::seconds max_age, log::Logger& logger) {
  for (const KeyRing::Entry& entry : before.refresh.entries()) {
    const bool verified = before.refresh.find(entry.key.kid, now) != nullptr;
    if (verified && entry.key.active_from <= now && !knows(after.refresh, entry.key.kid)) {
      logger.warning("a key is gone: tokens that it signed are refused from now on",
                     {{"kid", entry.key.kid}});
    }
  }
  std::map<const sdk::Signer*, std::vector<sdk::Key>> keys;
  for (const KeyRing::Entry& entry : after.refresh.entries()) {
    keys[entry.signer].push_back(entry.key);
  }
  for (const auto& [signer, own] : keys) {
    for (const PlannedKey& planned : planOf(own, {})) {
      const KeyState state = planned.stateAt(now);
      const bool signs = state == KeyState::Signing || state == KeyState::Published;
      if (signs && !planned.key.emergency && planned.key.active_from < now + max_age &&
          !knows(before.refresh, planned.key.kid)) {
        logger.warning(
            "a new key signs before everybody can know it: it came late",
            {{"kid", planned.key.kid}, {"active_from", timeText(planned.key.active_from)}});
      }
    }
  }
}

}  // namespace token_service::app
