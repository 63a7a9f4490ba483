#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace token_service::app {

enum class Command {
  Serve,
  Check,
  Migrate,
  GenerateKeys,
  ListKeys,
  ShowSchedule,
  Plugins,
  Version,
  Help
};

struct CommandLine {
  Command command = Command::Help;
  // All but Plugins, Version and Help.
  std::string config_file;
  std::filesystem::path plugin_dir;
};

// The command line cannot be understood; `what()` is one sentence.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `arguments` without the program's name. Throws UsageError.
CommandLine parseCommandLine(const std::vector<std::string>& arguments);

extern const char* const kHelp;

}  // namespace token_service::app
