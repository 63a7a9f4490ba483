#include "app/preparation.hpp"

#include "app/openssl_memory.hpp"
#include "app/plugin_set.hpp"
#include "app/start_problems.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace token_service::app {

log::Logger loggerFor(const config::Log& settings) {
  return {settings.level,
          settings.format == config::LogFormat::Json ? log::Format::Json : log::Format::Text};
}

void prepareProcess() {
  wipeWhatOpenSslFrees();
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
}

config::Config usableConfig(const CommandLine& line, const session::Clock& clock) {
  sdk::SettingsReport report;
  config::Config config = config::loadConfig(line.config_file, report);
  StartProblems problems;
  problems.add(report);
  checkClock(clock.now(), problems);
  if (!report.problems.empty()) {
    log::Logger logger = loggerFor(config.log);
    PluginSet(config, line.plugin_dir, sdk::Mode::Check, logger, clock, problems);
  }
  problems.throwIfAny();
  return config;
}

}  // namespace token_service::app
