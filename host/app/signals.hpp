#pragma once

#include <csignal>

namespace token_service::app {

// The signals that the main thread waits for: SIGTERM, SIGINT and SIGHUP. Blocks them, for every
// thread made afterwards, too, so it must be made before any plugin is loaded. A client that goes
// away must not end the process: SIGPIPE is ignored.
class Signals {
 public:
  Signals();

  // The next signal.
  int wait() const;

 private:
  sigset_t set_;
};

}  // namespace token_service::app
