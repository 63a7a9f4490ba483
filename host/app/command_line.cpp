#include "app/command_line.hpp"

#include <map>
#include <utility>

namespace token_service::app {
namespace {

const std::map<std::string, Command, std::less<>> kCommands = {
    {"serve", Command::Serve},     {"check", Command::Check},       {"migrate", Command::Migrate},
    {"plugins", Command::Plugins}, {"--version", Command::Version}, {"--help", Command::Help},
    {"help", Command::Help},
};

const std::map<std::string, Command, std::less<>> kKeysCommands = {
    {"generate", Command::GenerateKeys},
    {"list", Command::ListKeys},
    {"schedule", Command::ShowSchedule},
};

bool needsConfig(Command command) {
  return command != Command::Plugins && command != Command::Version && command != Command::Help;
}

// The command, and how many arguments name it.
std::pair<Command, std::size_t> commandIn(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    throw UsageError("a command is missing: try 'token-service --help'");
  }
  if (arguments.front() == "keys") {
    const auto found =
        arguments.size() < 2 ? kKeysCommands.end() : kKeysCommands.find(arguments[1]);
    if (found == kKeysCommands.end()) {
      throw UsageError("'keys' needs generate, list or schedule: try 'token-service --help'");
    }
    return {found->second, 2};
  }
  const auto found = kCommands.find(arguments.front());
  if (found == kCommands.end()) {
    throw UsageError("'" + arguments.front() + "' is not a command: try 'token-service --help'");
  }
  return {found->second, 1};
}

[[noreturn]] void refuseOption(const std::string& option, const std::string& command) {
  throw UsageError("'" + option + "' is not an option of '" + command +
                   "': try 'token-service --help'");
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
  token-service keys generate --config FILE
                                        make the signers' keys that are missing
  token-service keys list --config FILE
                                        list the signers' keys and what each is doing
  token-service keys schedule --config FILE
                                        say which key signs when, and what a new one may say
  token-service plugins                 list the installed plugins
  token-service --version
  token-service --help

  --plugin-dir DIR   where the plugins are (default: ../lib/token-service/plugins beside this
                     program's folder)

Exit codes: 0 success, 64 usage, 66 no such file, 69 unavailable (such as a taken port),
70 internal error, 77 permission, 78 configuration.
)";

CommandLine parseCommandLine(const std::vector<std::string>& arguments) {
  const auto [command, words] = commandIn(arguments);
  const std::string name = words == 2 ? "keys " + arguments[1] : arguments.front();
  CommandLine line;
  line.command = command;
  line.plugin_dir = defaultPluginDir();
  for (std::size_t index = words; index < arguments.size(); index += 2) {
    const std::string& option = arguments[index];
    const bool is_config = option == "--config" && needsConfig(line.command);
    if (!is_config && option != "--plugin-dir") {
      refuseOption(option, name);
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
    throw UsageError("'" + name + "' needs --config FILE");
  }
  return line;
}

}  // namespace token_service::app
