#include "app/reload_thread.hpp"

#include <utility>

namespace token_service::app {
namespace {

constexpr std::chrono::seconds kLookEvery{1};

}  // namespace

ReloadThread::ReloadThread(Reload& reload, WatchedFiles& files, bool on_change)
    : reload_(reload), files_(files), on_change_(on_change), thread_([this] { run(); }) {}

ReloadThread::~ReloadThread() {
  stop();
  thread_.join();
}

void ReloadThread::request() {
  const std::scoped_lock lock(mutex_);
  requested_ = true;
  changed_.notify_all();
}

void ReloadThread::stop() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

bool ReloadThread::waitUntil(std::chrono::steady_clock::time_point time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, time, [this] { return ended_; });
}

void ReloadThread::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait_for(lock, kLookEvery, [this] { return stopping_ || requested_; });
    const bool requested = std::exchange(requested_, false);
    if (stopping_) {
      break;
    }
    lock.unlock();
    if (requested) {
      files_.take();
    }
    if (requested || (on_change_ && files_.settledChange())) {
      reload_.run();
      files_.watch(reload_.files());
    }
    lock.lock();
  }
  ended_ = true;
  changed_.notify_all();
}

}  // namespace token_service::app
