#include "front/lane.hpp"

#include <sched.h>

#include <algorithm>
#include <iterator>
#include <system_error>

namespace token_service::front {
namespace {

constexpr pid_t kThisThread = 0;

}  // namespace

Lane::Lane(std::size_t max_threads, std::size_t together, Scheduling scheduling, Serve serve)
    : max_threads_(max_threads),
      together_(together),
      scheduling_(scheduling),
      serve_(std::move(serve)) {
  threads_.reserve(max_threads_);
  threads_.emplace_back([this] { run(); });
}

Lane::~Lane() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  offered_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void Lane::offer(Exchanges exchanges) {
  std::size_t to_wake = 0;
  {
    const std::lock_guard lock(mutex_);
    std::move(exchanges.begin(), exchanges.end(), std::back_inserter(queue_));
    const std::size_t wanted = (queue_.size() + together_ - 1) / together_;
    to_wake = std::min(wanted, idle_);
    for (std::size_t free = idle_; free < wanted && threads_.size() < max_threads_; ++free) {
      try {
        threads_.emplace_back([this] { run(); });
      } catch (const std::system_error&) {
        // The threads that are there serve it in their turn.
        break;
      }
    }
  }
  for (; to_wake > 0; --to_wake) {
    offered_.notify_one();
  }
}

void Lane::run() {
  if (scheduling_ == Scheduling::Batch) {
    const sched_param unused{};
    sched_setscheduler(kThisThread, SCHED_BATCH, &unused);
  }
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    offered_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (stopping_) {
      return;
    }
    const auto end =
        queue_.begin() + static_cast<std::ptrdiff_t>(std::min(together_, queue_.size()));
    Exchanges exchanges(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
    lock.unlock();
    serve_(std::move(exchanges));
    lock.lock();
  }
}

}  // namespace token_service::front
