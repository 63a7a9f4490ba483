#include "app/key_commands.hpp"

#include "app/exit_code.hpp"
#include "app/key_report.hpp"
#include "app/preparation.hpp"
#include "app/signer_set.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace token_service::app {
namespace {

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

std::string indented(const std::string& text) {
  std::string result;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start) + 1;
    result.append("  ").append(text, start, end - start);
    start = end;
  }
  return result;
}

// The signers of a configuration, made for one command.
struct Inspection {
  Inspection(const CommandLine& line, sdk::Mode mode)
      : config(prepared(line, clock)),
        logger(loggerFor(config.log)),
        signers(config, line.plugin_dir, mode, logger, clock, problems) {}

  static config::Config prepared(const CommandLine& line, const session::Clock& clock) {
    prepareProcess();
    return usableConfig(line, clock);
  }

  std::vector<std::string> missingFiles() const {
    std::vector<std::string> missing;
    std::copy_if(signers.files().begin(), signers.files().end(), std::back_inserter(missing),
                 [](const std::string& file) { return !std::filesystem::exists(file); });
    return missing;
  }

  SystemClock clock;
  config::Config config;
  log::Logger logger;
  StartProblems problems;
  SignerSet signers;
};

// A signer that only looks makes up a key for a file that it would make.
void warnOfMissing(const Inspection& inspection) {
  for (const std::string& file : inspection.missingFiles()) {
    std::fprintf(stderr,
                 "token-service: %s is not there yet: the key that is made will have another kid\n",
                 file.c_str());
  }
}

std::string headingOf(const SignerSet::Role& role) { return role.name + " (" + role.plugin + ")"; }

}  // namespace

int generateKeys(const CommandLine& line) {
  const std::vector<std::string> missing = Inspection(line, sdk::Mode::Check).missingFiles();
  const Inspection made(line, sdk::Mode::Generate);
  for (const std::string& file : missing) {
    if (std::filesystem::exists(file)) {
      print("made " + file + "\n");
    }
  }
  for (const SignerSet::Role& role : made.signers.roles()) {
    for (const sdk::Key& key : role.keys) {
      print(headingOf(role) + ": " + key.kid + " " + key.algorithm + "\n");
    }
  }
  made.problems.throwIfAny();
  return exit_code::kSuccess;
}

int listKeys(const CommandLine& line) {
  const Inspection inspection(line, sdk::Mode::Check);
  const sdk::Time now = inspection.clock.now();
  for (const SignerSet::Role& role : inspection.signers.roles()) {
    print(headingOf(role) + " at " + timeText(now) + "\n" +
          indented(keyTable(planOf(role.keys, role.token_lifetime), now)));
  }
  inspection.problems.throwIfAny();
  warnOfMissing(inspection);
  return exit_code::kSuccess;
}

int showSchedule(const CommandLine& line) {
  const Inspection inspection(line, sdk::Mode::Check);
  const sdk::Time now = inspection.clock.now();
  for (const SignerSet::Role& role : inspection.signers.roles()) {
    const std::vector<PlannedKey> plan = planOf(role.keys, role.token_lifetime);
    print(headingOf(role) + " at " + timeText(now) + "\n" + indented(timeLine(plan, now)) +
          "  the earliest dates of a key that is added now:\n" +
          indented(indented(newKeyDates(plan, now, inspection.config.key_set_max_age))));
  }
  inspection.problems.throwIfAny();
  warnOfMissing(inspection);
  return exit_code::kSuccess;
}

}  // namespace token_service::app
