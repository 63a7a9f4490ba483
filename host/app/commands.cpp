#include "app/commands.hpp"

#include "app/exit_code.hpp"
#include "app/preparation.hpp"
#include "app/reload_thread.hpp"
#include "app/service.hpp"
#include "app/signals.hpp"
#include "app/start_problems.hpp"
#include "app/version.hpp"
#include "plugin/loader.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

namespace token_service::app {
namespace {

using namespace std::chrono_literals;

std::string placeOf(const std::string& address, std::uint16_t port) {
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

void warnOfUnsafe(const config::Config& config, PluginSet& plugins, log::Logger& logger) {
  for (const config::ServiceSecret& secret : config.service_secrets) {
    if (secret.secret == config::kDevelopmentSecret) {
      logger.warning("the development service secret is in use: for this machine only",
                     {{"name", secret.name}});
    }
  }
  if (!config.refresh_signer && plugins.keys().current()->access.entries().front().key.public_jwk) {
    logger.warning(
        "refresh tokens are signed with the published key: set refresh_signer so that no outside "
        "verifier can take one for an access token");
  }
  if (config.max_staleness.count() > 0) {
    logger.warning(
        "validation.max_staleness is set: a token may count that much longer after its session was "
        "ended by another replica",
        {{"max_staleness_ms", std::to_string(config.max_staleness.count())}});
  }
}

void stop(Service& service, ReloadThread& reloads, std::chrono::milliseconds patience,
          log::Logger& logger) {
  logger.info("stopping");
  const auto limit = std::chrono::steady_clock::now() + patience;
  reloads.stop();
  if (!service.drain(patience)) {
    logger.warning("stopped before every request was answered");
    _exit(exit_code::kSuccess);
  }
  if (!reloads.waitUntil(limit)) {
    logger.warning("stopped before the reload was finished");
    _exit(exit_code::kSuccess);
  }
  logger.info("stopped");
}

// Makes the plugins in a mode that does not serve, which is the whole work.
int makePlugins(const CommandLine& line, sdk::Mode mode, const char* result) {
  prepareProcess();
  const SystemClock clock;
  const config::Config config = usableConfig(line, clock);
  log::Logger logger = loggerFor(config.log);
  StartProblems problems;
  const PluginSet plugins(config, line.plugin_dir, mode, logger, clock, problems);
  problems.throwIfAny();
  std::printf("%s: %s\n", config.file.c_str(), result);
  return exit_code::kSuccess;
}

}  // namespace

int serve(const CommandLine& line) {
  const Signals signals;
  std::optional<ExitOnSignal> starting(std::in_place, signals);
  prepareProcess();
  const SystemClock clock;
  SystemRandom random;
  const std::int64_t before_reading = WatchedFiles::now();
  WatchedFiles watched(line.config_file);
  const config::Config config = usableConfig(line, clock);
  log::Logger logger = loggerFor(config.log);

  StartProblems problems;
  PluginSet plugins(config, line.plugin_dir, sdk::Mode::Serve, logger, clock, problems);
  problems.throwIfAny();
  std::vector<std::string> files = config.files;
  files.insert(files.end(), plugins.signerFiles().begin(), plugins.signerFiles().end());
  watched.watch(files, before_reading);
  starting.reset();
  Service service(config, plugins, logger, clock, random);
  Reload reload(config, line.plugin_dir, files, plugins.keys(), service.secrets(), logger, clock);
  ReloadThread reloads(reload, watched, config.server.reload_on_change);
  warnOfUnsafe(config, plugins, logger);
  if (const std::optional<std::uint16_t> port = service.adminPort()) {
    logger.info("admin listener open", {{"address", placeOf(config.server.admin->address, *port)}});
  }
  logger.info("listening", {{"address", placeOf(config.server.address, service.port())},
                            {"version", kVersion},
                            {"signer", config.signer.name},
                            {"store", config.store.name}});
  while (signals.wait() == SIGHUP) {
    reloads.request();
  }
  signals.exitOnNext();
  stop(service, reloads, config.server.shutdown_timeout, logger);
  return exit_code::kSuccess;
}

int check(const CommandLine& line) { return makePlugins(line, sdk::Mode::Check, "ok"); }

int migrate(const CommandLine& line) {
  return makePlugins(line, sdk::Mode::Migrate, "the store's schema is up to date");
}

int listPlugins(const CommandLine& line) {
  plugin::Loader loader(line.plugin_dir);
  bool all_fit = true;
  for (const plugin::InstalledPlugin& found : loader.listInstalled()) {
    const bool fits = found.problem.empty();
    const char* kind = !found.kind                              ? "-"
                       : *found.kind == sdk::PluginKind::Signer ? "signer"
                                                                : "store";
    std::printf("%-24s %-7s %-10s %s\n", found.name.c_str(), kind,
                found.version.empty() ? "-" : found.version.c_str(),
                fits ? ("fits (" + found.fingerprint + ")").c_str() : found.problem.c_str());
    all_fit = all_fit && fits;
  }
  return all_fit ? exit_code::kSuccess : exit_code::kBadConfig;
}

}  // namespace token_service::app
