#pragma once

#include "token_service/sdk/host.hpp"

#include <atomic>
#include <cstdint>

namespace token_service::store_postgres {

// Something that happens once and that one thread waits for. Costs one system call to wait and one
// to wake, and none if nobody sleeps yet; a woken thread takes no lock.
class OneShotEvent {
 public:
  OneShotEvent() = default;
  OneShotEvent(const OneShotEvent&) = delete;
  OneShotEvent& operator=(const OneShotEvent&) = delete;

  // What was written before is seen by whoever sees the event.
  void set() noexcept;
  bool isSet() const noexcept { return state_.load(std::memory_order_acquire) == kSet; }
  // Whether the event happened before the deadline.
  bool waitUntil(sdk::Deadline deadline) noexcept;

 private:
  static constexpr std::uint32_t kUnset = 0;
  static constexpr std::uint32_t kSlept = 1;
  static constexpr std::uint32_t kSet = 2;

  std::atomic<std::uint32_t> state_ = kUnset;
};

}  // namespace token_service::store_postgres
