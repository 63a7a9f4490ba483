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

int Signals::poll() const {
  constexpr timespec kMoment{0, 20'000'000};
  const int signal = sigtimedwait(&set_, nullptr, &kMoment);
  return signal < 0 ? 0 : signal;
}

ExitOnSignal::ExitOnSignal(const Signals& signals)
    : thread_([this, &signals] {
        while (!done_) {
          const int signal = signals.poll();
          if (signal == SIGTERM || signal == SIGINT) {
            _exit(exit_code::kSuccess);
          }
        }
      }) {}

ExitOnSignal::~ExitOnSignal() {
  done_ = true;
  thread_.join();
}

}  // namespace token_service::app
