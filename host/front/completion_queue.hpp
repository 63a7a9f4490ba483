#pragma once

#include "front/descriptor.hpp"
#include "front/lane.hpp"

#include <atomic>
#include <mutex>

namespace token_service::front {

// Brings exchanges back from the lanes to the thread of one loop, and wakes it up if it waits.
class CompletionQueue {
 public:
  CompletionQueue();

  // For epoll: each wake-up makes it readable, with an edge of its own.
  int descriptor() const { return wake_up_.get(); }

  // From a lane: the responses are there. Safe for use from many threads.
  void finish(Lane::Exchanges exchanges);

  // Safe for use from any thread.
  void wake();

  // By the loop, around its wait: appends what has been finished. In between, and only then,
  // `finish` wakes it up.
  void takeBeforeWait(Lane::Exchanges& exchanges);
  void takeAfterWait(Lane::Exchanges& exchanges);

 private:
  void take(Lane::Exchanges& exchanges);

  const Descriptor wake_up_;
  std::mutex mutex_;
  Lane::Exchanges finished_;
  std::atomic<bool> asleep_ = false;
};

}  // namespace token_service::front
