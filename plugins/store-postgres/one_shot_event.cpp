#include "one_shot_event.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <ctime>

namespace token_service::store_postgres {
namespace {

// std::atomic::wait of C++20 has no deadline, and a condition variable makes all that it wakes take
// its mutex. The steady clock is CLOCK_MONOTONIC, which this futex operation counts by.
void sleepWhile(std::atomic<std::uint32_t>& word, std::uint32_t value, sdk::Deadline deadline) {
  static_assert(sizeof word == sizeof(std::uint32_t));
  const auto since_boot = deadline.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
  timespec until{};
  until.tv_sec = static_cast<std::time_t>(seconds.count());
  until.tv_nsec = static_cast<long>((since_boot - seconds).count());
  ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, value, &until, nullptr,
            FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

void OneShotEvent::set() noexcept {
  if (state_.exchange(kSet, std::memory_order_acq_rel) == kSlept) {
    ::syscall(SYS_futex, &state_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
}

bool OneShotEvent::waitUntil(sdk::Deadline deadline) noexcept {
  std::uint32_t expected = kUnset;
  state_.compare_exchange_strong(expected, kSlept, std::memory_order_acq_rel);
  while (!isSet()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return false;
    }
    sleepWhile(state_, kSlept, deadline);
  }
  return true;
}

}  // namespace token_service::store_postgres
