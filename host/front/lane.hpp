#pragma once

#include "front/exchange.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace token_service::front {

// Threads that serve requests in their order of arrival. There are as many as were ever needed at a
// time, up to a limit.
class Lane {
 public:
  using Exchanges = std::vector<std::unique_ptr<Exchange>>;
  using Serve = std::function<void(Exchanges)>;

  enum class Scheduling {
    // A thread that has something to do interrupts others, if it has done less than they.
    Interactive,
    // It waits until others pause (SCHED_BATCH of sched(7)): for requests that take long anyway,
    // and more of which are served if they do not interrupt each other.
    Batch,
  };

  // Each call of `serve` gets as many as have come, at most `together`. It must not throw. Throws
  // std::system_error if it cannot have its first thread.
  Lane(std::size_t max_threads, std::size_t together, Scheduling scheduling, Serve serve);
  // Waits for the request that each thread serves; those still in the queue are dropped.
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void offer(Exchanges exchanges);

 private:
  void run();

  const std::size_t max_threads_;
  const std::size_t together_;
  const Scheduling scheduling_;
  const Serve serve_;
  std::mutex mutex_;
  std::condition_variable offered_;
  std::deque<std::unique_ptr<Exchange>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace token_service::front
