#include "app/command_line.hpp"

#include <map>

namespace token_service::app {
namespace {

const std::map<std::string, Command, std::less<>> kCommands = {
    {"serve", Command::Serve},     {"check", Command::Check},       {"migrate", Command::Migrate},
    {"plugins", Command::Plugins}, {"--version", Command::Version}, {"--help", Command::Help},
    {"help", Command::Help},
};

bool needsConfig(Command command) {
  return command == Command::Serve || command == Command::Check || command == Command::Migrate;
}

// The installed layout: bin/token-service beside lib/token-service/plugins.
std::filesystem::path defaultPluginDir() {
  const std::filesystem::path executable = std::filesystem::read_symlink("/proc/self/exe");
  return executable.parent_path().parent_path() / "lib" / "token-service" / "plugins";
}

}  // namespace

const char* const kHelp =
    R"(token-service: issues, renews, checks and ends tokens over HTTP

  token-service serve --config FILE     run the service
  token-service check --config FILE     say everything that would keep it from starting
  token-service migrate --config FILE   bring the store's database to the present schema
  token-service plugins                 list the installed plugins
  token-service --version
  token-service --help

  --plugin-dir DIR   where the plugins are (default: ../lib/token-service/plugins beside this
                     program's folder)

Exit codes: 0 success, 64 usage, 66 no such file, 69 unavailable (such as a taken port),
70 internal error, 77 permission, 78 configuration.
)";

CommandLine parseCommandLine(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    throw UsageError("a command is missing: try 'token-service --help'");
  }
  const auto command = kCommands.find(arguments.front());
  if (command == kCommands.end()) {
    throw UsageError("'" + arguments.front() + "' is not a command: try 'token-service --help'");
  }
  CommandLine line;
  line.command = command->second;
  line.plugin_dir = defaultPluginDir();
  for (std::size_t index = 1; index < arguments.size(); index += 2) {
    const std::string& option = arguments[index];
    const bool is_config = option == "--config" && needsConfig(line.command);
    if (!is_config && option != "--plugin-dir") {
      throw UsageError("'" + option + "' is not an option of '" + arguments.front() +
                       "': try 'token-service --help'");
    }
    if (index + 1 == arguments.size() || arguments[index + 1].empty()) {
      throw UsageError("'" + option + "' needs a value");
    }
    if (is_config) {
      line.config_file = arguments[index + 1];
    } else {
      line.plugin_dir = arguments[index + 1];
    }
  }
  if (needsConfig(line.command) && line.config_file.empty()) {
    throw UsageError("'" + arguments.front() + "' needs --config FILE");
  }
  return line;
}

}  // namespace token_service::app
