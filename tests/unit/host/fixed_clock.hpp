#pragma once

#include "session/clock.hpp"

#include <atomic>

namespace token_service::host_test {

// A clock that stands where a test puts it.
class FixedClock final : public session::Clock {
 public:
  sdk::Time now() const noexcept override { return sdk::Time(std::chrono::milliseconds(now_)); }
  void set(sdk::Time time) { now_ = time.time_since_epoch().count(); }
  void advance(std::chrono::milliseconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_{1'700'000'000'000};
};

inline sdk::Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }

}  // namespace token_service::host_test
