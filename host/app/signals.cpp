#include "app/signals.hpp"

#include "app/exit_code.hpp"

#include <unistd.h>

namespace token_service::app {

Signals::Signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

int Signals::wait() const {
  int signal = 0;
  while (sigwait(&set_, &signal) != 0) {
  }
  return signal;
}

bool Signals::endsNow() const {
  constexpr timespec kMoment{0, 20'000'000};
  sigset_t ends = set_;
  sigdelset(&ends, SIGHUP);
  return sigtimedwait(&ends, nullptr, &kMoment) > 0;
}

void Signals::exitOnNext() const {
  sigset_t ends = set_;
  sigdelset(&ends, SIGHUP);
  for (const int signal : {SIGTERM, SIGINT}) {
    std::signal(signal, [](int) { _exit(exit_code::kSuccess); });
  }
  pthread_sigmask(SIG_UNBLOCK, &ends, nullptr);
}

ExitOnSignal::ExitOnSignal(const Signals& signals)
    : thread_([this, &signals] {
        while (!done_) {
          if (signals.endsNow()) {
            _exit(exit_code::kSuccess);
          }
        }
      }) {}

ExitOnSignal::~ExitOnSignal() {
  done_ = true;
  thread_.join();
}

}  // namespace token_service::app
