#pragma once

#include "token_service/sdk/host.hpp"

namespace token_service::session {

// The wall clock, injected so that tests can set it. Safe for use from many threads at once.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual sdk::Time now() const noexcept = 0;
};

}  // namespace token_service::session
