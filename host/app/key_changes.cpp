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

bool stops(const KeyRing& before, const KeyRing& after, const std::string& kid, sdk::Time now) {
  return before.find(kid, now) != nullptr && after.find(kid, now) == nullptr;
}

}  // namespace

// The keys of refresh tokens are those of all signers.
void warnOfKeyChanges(const token::KeyRings& before, const token::KeyRings& after, sdk::Time now,
                      std::chrono::seconds max_age, log::Logger& logger) {
  for (const KeyRing::Entry& entry : before.refresh.entries()) {
    const std::string& kid = entry.key.kid;
    if (entry.key.active_from > now) {
      continue;
    }
    if (stops(before.refresh, after.refresh, kid, now) ||
        stops(before.access, after.access, kid, now)) {
      logger.warning(knows(after.refresh, kid)
                         ? "a key verifies no longer, since the one after it is said to have "
                           "followed it long ago: tokens that it signed are refused from now on"
                         : "a key is gone: tokens that it signed are refused from now on",
                     {{"kid", kid}});
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
