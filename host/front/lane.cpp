#include "front/lane.hpp"

#include <system_error>

namespace token_service::front {

Lane::Lane(std::size_t max_threads, Serve serve)
    : max_threads_(max_threads), serve_(std::move(serve)) {
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

void Lane::offer(std::unique_ptr<Exchange> exchange) {
  bool someone_waits = false;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(exchange));
    someone_waits = idle_ > 0;
    if (queue_.size() > idle_ && threads_.size() < max_threads_) {
      try {
        threads_.emplace_back([this] { run(); });
      } catch (const std::system_error&) {
        // The threads that are there serve it in their turn.
      }
    }
  }
  if (someone_waits) {
    offered_.notify_one();
  }
}

void Lane::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    offered_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (stopping_) {
      return;
    }
    std::unique_ptr<Exchange> exchange = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    serve_(std::move(exchange));
    lock.lock();
  }
}

}  // namespace token_service::front
