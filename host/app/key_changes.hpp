#pragma once

#include "log/logger.hpp"
#include "token/key_source.hpp"

#include <chrono>

namespace token_service::app {

// Warns of what a reload does to tokens that are out there: of keys that are gone while tokens that
// they signed may still be good, and of new keys that sign, without being an emergency, within the
// time `max_age` for which others may keep the key set without them.
void warnOfKeyChanges(const token::KeyRings& before, const token::KeyRings& after, sdk::Time now,
                      std::chrono::seconds max_age, log::Logger& logger);

}  // namespace token_service::app
