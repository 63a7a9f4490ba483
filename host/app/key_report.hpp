#pragma once

#include "app/key_plan.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace token_service::app {

// What the commands `keys ...` print of one signer's keys.

// A line for each key, with what it does at that moment, below a line of headings.
std::string keyTable(const std::vector<PlannedKey>& plan, sdk::Time now);

// When each key signs and verifies, in the order in which they sign, and when no key does.
std::string timeLine(const std::vector<PlannedKey>& plan, sdk::Time now);

// The earliest dates of a key that is added now, as the lines that go into the configuration.
// `max_age` is how long others may keep the key set.
std::string newKeyDates(const std::vector<PlannedKey>& plan, sdk::Time now,
                        std::chrono::seconds max_age);

}  // namespace token_service::app
