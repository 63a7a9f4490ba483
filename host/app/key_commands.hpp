#pragma once

#include "app/command_line.hpp"

namespace token_service::app {

// The commands `keys ...`, about the keys of all signers of a configuration. Like those of
// commands.hpp.

// Makes the key files that are missing, no others, and prints every key's id.
int generateKeys(const CommandLine& line);
// Prints a table of each signer's keys.
int listKeys(const CommandLine& line);
// Prints which key signs and verifies when, and the earliest dates that a new key may have. A
// schedule that cannot be used is printed, too, before its problems are thrown.
int showSchedule(const CommandLine& line);

}  // namespace token_service::app
