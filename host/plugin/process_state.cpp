#include "plugin/process_state.hpp"

#include <pthread.h>
#include <sys/stat.h>

#include <clocale>

namespace token_service::plugin {
namespace {

mode_t currentUmask() {
  // It can only be read by setting it: to a strict one, for a thread that makes a file meanwhile.
  const mode_t present = ::umask(0077);
  ::umask(present);
  return present;
}

sigset_t currentSignalMask() {
  sigset_t mask;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return mask;
}

bool areEqual(const sigset_t& a, const sigset_t& b) {
  for (int signal = 1; signal < NSIG; ++signal) {
    if (::sigismember(&a, signal) != ::sigismember(&b, signal)) {
      return false;
    }
  }
  return true;
}

}  // namespace

ProcessState::ProcessState()
    : c_locale_(std::setlocale(LC_ALL, nullptr)),
      umask_(currentUmask()),
      signal_mask_(currentSignalMask()) {}

std::string ProcessState::restore() const {
  std::string changed;
  const auto note = [&](const char* name) {
    changed.append(changed.empty() ? "" : ", ").append(name);
  };
  if (std::locale() != locale_ || std::setlocale(LC_ALL, nullptr) != c_locale_) {
    std::locale::global(locale_);
    std::setlocale(LC_ALL, c_locale_.c_str());
    note("locale");
  }
  if (currentUmask() != umask_) {
    ::umask(umask_);
    note("umask");
  }
  if (!areEqual(currentSignalMask(), signal_mask_)) {
    ::pthread_sigmask(SIG_SETMASK, &signal_mask_, nullptr);
    note("signal mask");
  }
  return changed;
}

}  // namespace token_service::plugin
