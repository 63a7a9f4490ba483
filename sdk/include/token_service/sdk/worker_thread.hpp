#pragma once

#include "token_service/sdk/error.hpp"

#include <pthread.h>

#include <csignal>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace token_service::sdk {

/// Blocks all signals in the current thread while it lives. Threads that are started meanwhile
/// inherit that: signals belong to the host's own threads.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

/// A thread of a plugin that runs `work` with all signals blocked. The plugin joins it before it
/// goes. Throws sdk::Error (Unavailable) if the system has no more threads for the process.
template <typename Work>
std::thread workerThread(Work work) {
  const SignalsBlocked blocked;
  try {
    return std::thread(std::move(work));
  } catch (const std::system_error& error) {
    throw Error(ErrorCode::Unavailable, "cannot start a thread (" + error.code().message() +
                                            "): raise the limit of processes or of memory");
  }
}

}  // namespace token_service::sdk
