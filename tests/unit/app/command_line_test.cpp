#include "app/command_line.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace token_service::app {
namespace {

std::string refusal(const std::vector<std::string>& arguments) {
  try {
    parseCommandLine(arguments);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(CommandLine, KnowsItsCommands) {
  const std::pair<const char*, Command> plain[] = {{"plugins", Command::Plugins},
                                                   {"--version", Command::Version},
                                                   {"--help", Command::Help},
                                                   {"help", Command::Help}};
  for (const auto& [name, command] : plain) {
    EXPECT_EQ(parseCommandLine({name}).command, command) << name;
  }
  const std::pair<const char*, Command> with_config[] = {
      {"serve", Command::Serve}, {"check", Command::Check}, {"migrate", Command::Migrate}};
  for (const auto& [name, command] : with_config) {
    const CommandLine line = parseCommandLine({name, "--config", "f.yaml"});
    EXPECT_EQ(line.command, command) << name;
    EXPECT_EQ(line.config_file, "f.yaml");
  }
}

TEST(CommandLine, KnowsTheCommandsAboutKeys) {
  const std::pair<const char*, Command> words[] = {{"generate", Command::GenerateKeys},
                                                   {"list", Command::ListKeys},
                                                   {"schedule", Command::ShowSchedule}};
  for (const auto& [word, command] : words) {
    const CommandLine line =
        parseCommandLine({"keys", word, "--plugin-dir", "/p", "--config", "f.yaml"});
    EXPECT_EQ(line.command, command) << word;
    EXPECT_EQ(line.config_file, "f.yaml");
    EXPECT_EQ(line.plugin_dir, "/p");
  }
  const std::string missing = "'keys' needs generate, list or schedule: try 'token-service --help'";
  EXPECT_EQ(refusal({"keys"}), missing);
  EXPECT_EQ(refusal({"keys", "make"}), missing);
  EXPECT_EQ(refusal({"keys", "--config", "f"}), missing);
  EXPECT_EQ(refusal({"list", "--config", "f"}),
            "'list' is not a command: try 'token-service --help'");
  EXPECT_EQ(refusal({"keys", "list"}), "'keys list' needs --config FILE");
  EXPECT_EQ(refusal({"keys", "list", "f"}),
            "'f' is not an option of 'keys list': try 'token-service --help'");
}

TEST(CommandLine, FindsThePluginsBesideTheProgramsFolder) {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  EXPECT_EQ(parseCommandLine({"plugins"}).plugin_dir,
            program.parent_path().parent_path() / "lib/token-service/plugins");
}

TEST(CommandLine, TakesOptionsInAnyOrder) {
  const CommandLine line = parseCommandLine({"serve", "--plugin-dir", "/p", "--config", "f"});
  EXPECT_EQ(line.plugin_dir, "/p");
  EXPECT_EQ(line.config_file, "f");
  EXPECT_EQ(parseCommandLine({"plugins", "--plugin-dir", "/p"}).plugin_dir, "/p");
}

TEST(CommandLine, RefusesWhatItDoesNotKnow_C29) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {""},
                                             {"start"},
                                             {"Serve"},
                                             {"-h"},
                                             {"--config", "f", "serve"},
                                             {"serve"},
                                             {"serve", "f"},
                                             {"serve", "--config"},
                                             {"serve", "--config", ""},
                                             {"serve", "--config=f"},
                                             {"serve", "--config", "f", "x"},
                                             {"serve", "--config", "f", "--verbose", "x"},
                                             {"serve", "--config", "f", "--plugin-dir"},
                                             {"plugins", "--config", "f"},
                                             {"--version", "x"}}) {
    const std::string what = refusal(arguments);
    EXPECT_NE(what, "");
    EXPECT_EQ(what.find('\n'), std::string::npos) << "one sentence";
  }
}

TEST(CommandLine, SaysWhatIsWrong) {
  EXPECT_EQ(refusal({"serve"}), "'serve' needs --config FILE");
  EXPECT_EQ(refusal({"serve", "--config"}), "'--config' needs a value");
  EXPECT_EQ(refusal({"start"}), "'start' is not a command: try 'token-service --help'");
  EXPECT_EQ(refusal({"plugins", "--config", "f"}),
            "'--config' is not an option of 'plugins': try 'token-service --help'");
}

TEST(CommandLine, TheHelpNamesEveryCommand) {
  for (const char* name :
       {"serve", "check", "migrate", "keys generate", "keys list", "keys schedule", "plugins",
        "--version", "--help", "--plugin-dir", "--config"}) {
    EXPECT_NE(std::string_view(kHelp).find(name), std::string_view::npos) << name;
  }
}

}  // namespace
}  // namespace token_service::app
