#pragma once

#include "app/command_line.hpp"

namespace token_service::app {

// Each runs one command to its end and returns the exit code. They throw what `main` turns into a
// sentence on standard error.
int serve(const CommandLine& line);
int check(const CommandLine& line);
int migrate(const CommandLine& line);
int listPlugins(const CommandLine& line);

}  // namespace token_service::app
