#include "front/completion_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace token_service::front {

CompletionQueue::CompletionQueue()
    : wake_up_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd") {}

void CompletionQueue::finish(Lane::Exchanges exchanges) {
  {
    const std::lock_guard lock(mutex_);
    std::move(exchanges.begin(), exchanges.end(), std::back_inserter(finished_));
  }
  if (asleep_.exchange(false)) {
    wake();
  }
}

void CompletionQueue::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_up_.get(), &one, sizeof one);
}

void CompletionQueue::takeBeforeWait(Lane::Exchanges& exchanges) {
  // In this order: what is finished after `take` must find it set.
  asleep_ = true;
  take(exchanges);
}

void CompletionQueue::takeAfterWait(Lane::Exchanges& exchanges) {
  asleep_ = false;
  take(exchanges);
}

void CompletionQueue::take(Lane::Exchanges& exchanges) {
  const std::lock_guard lock(mutex_);
  std::move(finished_.begin(), finished_.end(), std::back_inserter(exchanges));
  finished_.clear();
}

}  // namespace token_service::front
