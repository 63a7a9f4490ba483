#pragma once

#include <sys/resource.h>

namespace token_service::session {

// How often this thread has left its core of its own accord.
inline long departures() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

}  // namespace token_service::session
