#include "app/reload.hpp"

#include "app/config_changes.hpp"
#include "app/key_changes.hpp"
#include "app/key_plan.hpp"
#include "app/named_secrets.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>

namespace token_service::app {
namespace {

void append(const std::vector<std::string>& more, std::vector<std::string>& list) {
  list.insert(list.end(), more.begin(), more.end());
}

std::vector<std::string> missing(const std::vector<std::string>& files) {
  std::vector<std::string> result;
  std::copy_if(files.begin(), files.end(), std::back_inserter(result),
               [](const std::string& file) { return !std::filesystem::exists(file); });
  return result;
}

// What the service goes on with: only keys and secrets are new.
config::Config withNewKeysAndSecrets(const config::Config& started_with,
                                     const config::Config& read) {
  config::Config config = started_with;
  config.signer = read.signer;
  config.refresh_signer = read.refresh_signer;
  config.service_secrets = read.service_secrets;
  return config;
}

using Fields = std::vector<std::pair<std::string, std::string>>;

void addTo(std::string& list, const std::string& name) {
  list.append(list.empty() ? "" : ",").append(name);
}

// Which key of each signer signs, which are published ahead and which still verify, and the names
// of the secrets.
Fields inForce(const config::Config& config, const SignerSet& signers, sdk::Time now) {
  Fields fields;
  for (const SignerSet::Role& role : signers.roles()) {
    std::string signing;
    std::string published;
    std::string retired;
    for (const PlannedKey& planned : planOf(role.keys, role.token_lifetime)) {
      switch (planned.stateAt(now)) {
        case KeyState::Signing:
          addTo(signing, planned.key.kid);
          break;
        case KeyState::Published:
          addTo(published, planned.key.kid);
          break;
        case KeyState::Retired:
          addTo(retired, planned.key.kid);
          break;
        case KeyState::Over:
          break;
      }
    }
    fields.emplace_back(role.name + "_signs", signing);
    fields.emplace_back(role.name + "_published", published);
    fields.emplace_back(role.name + "_retired", retired);
  }
  std::string names;
  for (const config::ServiceSecret& secret : config.service_secrets) {
    addTo(names, secret.name);
  }
  fields.emplace_back("secrets", names);
  std::erase_if(fields, [](const auto& field) { return field.second.empty(); });
  return fields;
}

void say(const Fields& fields, log::Logger& logger) {
  std::vector<sdk::LogField> views;
  for (const auto& [key, value] : fields) {
    views.push_back({key, value});
  }
  logger.write(sdk::LogLevel::Info, "reloaded keys and service secrets", views);
}

}  // namespace

Reload::Reload(const config::Config& started_with, const std::filesystem::path& plugin_dir,
               std::vector<std::string> files, token::KeySource& keys,
               http::ServiceSecrets& secrets, log::Logger& logger, const session::Clock& clock)
    : started_with_(started_with),
      plugin_dir_(plugin_dir),
      in_force_(std::move(files)),
      files_(in_force_),
      keys_(keys),
      secrets_(secrets),
      logger_(logger),
      clock_(clock) {}

void Reload::run() {
  std::vector<std::string> files = {started_with_.file};
  try {
    takeOver(files);
    in_force_ = files;
    files_ = std::move(files);
  } catch (const std::exception& error) {
    std::istringstream problems(error.what());
    for (std::string problem; std::getline(problems, problem);) {
      logger_.error("reload refused: the old keys and service secrets stay in force",
                    {{"problem", problem}});
    }
    // Either the old files or those that were named now may be put right.
    files_ = in_force_;
    append(files, files_);
  }
}

void Reload::takeOver(std::vector<std::string>& files) {
  sdk::SettingsReport report;
  const config::Config read = config::loadConfig(started_with_.file, report);
  append(read.files, files);
  StartProblems problems;
  problems.add(report);
  const std::vector<std::string> refused = refusedChanges(started_with_, read);
  for (const std::string& reason : refused) {
    problems.add(sdk::ErrorCode::InvalidConfig, reason);
  }
  const config::Config config = withNewKeysAndSecrets(started_with_, read);
  const std::vector<std::string> gone = missing(in_force_);
  const bool look_first = !report.problems.empty() || !gone.empty();
  std::shared_ptr<const SignerSet> signers;
  // No code is loaded while the service runs.
  if (refused.empty()) {
    signers = signersOf(config, look_first ? sdk::Mode::Check : sdk::Mode::Serve, problems);
    append(signers->files(), files);
  }
  problems.throwIfAny();
  if (look_first) {
    // A new key in the place of one that is in force would end all its tokens.
    for (const std::string& file : gone) {
      if (std::find(files.begin(), files.end(), file) != files.end()) {
        problems.add(sdk::ErrorCode::InvalidConfig,
                     file +
                         " is gone, and what it held is in force: put it back, or take it out "
                         "of the configuration");
      }
    }
    problems.throwIfAny();
    signers = signersOf(config, sdk::Mode::Serve, problems);
    problems.throwIfAny();
  }

  const sdk::Time now = clock_.now();
  const Fields fields = inForce(config, *signers, now);
  const std::shared_ptr<const token::KeyRings> before = keys_.current();
  secrets_.replace(namedSecrets(config));
  keys_.replace(SignerSet::keysOf(signers));

  say(fields, logger_);
  warnOfKeyChanges(*before, *keys_.current(), now, config.key_set_max_age, logger_);
  for (const std::string& section : sectionsForRestart(started_with_, read)) {
    logger_.warning("changed in the configuration, needs a restart", {{"section", section}});
  }
}

std::shared_ptr<const SignerSet> Reload::signersOf(const config::Config& config, sdk::Mode mode,
                                                   StartProblems& problems) const {
  return std::make_shared<const SignerSet>(config, plugin_dir_, mode, logger_, clock_, problems);
}

}  // namespace token_service::app
