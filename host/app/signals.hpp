#pragma once

#include <atomic>
#include <csignal>
#include <thread>

namespace token_service::app {

// The signals that the main thread waits for: SIGTERM, SIGINT and SIGHUP. Blocks them, for every
// thread made afterwards, too, so it must be made before any plugin is loaded. A client that goes
// away must not end the process: SIGPIPE is ignored.
class Signals {
 public:
  Signals();

  // The next signal.
  int wait() const;

  // Whether SIGTERM or SIGINT comes in a moment. Leaves SIGHUP to `wait`.
  bool endsNow() const;

  // From now on SIGTERM or SIGINT ends the process at once, with exit code 0: a second one says
  // that stopping takes too long. Needs no thread, which there may not be any more.
  void exitOnNext() const;

 private:
  sigset_t set_;
};

// While it lives, SIGTERM or SIGINT ends the process at once, with exit code 0: during start, when
// nothing has been promised to anybody yet. Threads that plugins start meanwhile keep the signals
// blocked.
class ExitOnSignal {
 public:
  explicit ExitOnSignal(const Signals& signals);
  ExitOnSignal(const ExitOnSignal&) = delete;
  ExitOnSignal& operator=(const ExitOnSignal&) = delete;
  ~ExitOnSignal();

 private:
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace token_service::app
