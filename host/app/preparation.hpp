#pragma once

#include "app/command_line.hpp"
#include "config/config.hpp"
#include "log/logger.hpp"
#include "session/clock.hpp"

namespace token_service::app {

// What each command that uses a configuration does first.

// Keys and tokens must not end up in a core file; every connection needs a descriptor.
void prepareProcess();

// The configuration, if all of it is usable. Otherwise throws sdk::Error with everything that is
// wrong, the plugins' settings included.
config::Config usableConfig(const CommandLine& line, const session::Clock& clock);

log::Logger loggerFor(const config::Log& settings);

}  // namespace token_service::app
