#pragma once

#include "config/config.hpp"

#include <string>
#include <vector>

namespace token_service::app {

// Why a configuration cannot follow another one in a running process, a sentence each: it names
// other plugins, or would let weak service secrets pass.
std::vector<std::string> refusedChanges(const config::Config& before, const config::Config& after);

// The top-level sections that say something else than before and are read at start only.
std::vector<std::string> sectionsForRestart(const config::Config& before,
                                            const config::Config& after);

}  // namespace token_service::app
