#pragma once

#include <sys/types.h>

#include <csignal>
#include <locale>
#include <string>

namespace token_service::plugin {

// What the whole process shares and a plugin must leave as it is: the locale, the umask and, of the
// calling thread, the signal mask. Remembers it as it is at construction.
class ProcessState {
 public:
  ProcessState();

  // Puts back what has changed since and returns its name; empty if nothing has.
  std::string restore() const;

 private:
  std::locale locale_;
  std::string c_locale_;
  mode_t umask_;
  sigset_t signal_mask_{};
};

}  // namespace token_service::plugin
