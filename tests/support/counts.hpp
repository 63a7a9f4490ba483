#pragma once

#include <algorithm>
#include <cstdlib>

namespace token_service::test {

// A count that the environment may set, for runs that take longer.
inline int countFrom(const char* variable, int fallback) {
  const char* text = std::getenv(variable);
  return std::max(text == nullptr ? fallback : std::atoi(text), 1);
}

}  // namespace token_service::test
