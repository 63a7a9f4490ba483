#include "app/maintenance.hpp"

#include <algorithm>

namespace token_service::app {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kBatch = 500;
// Replicas' clocks may differ: a row stays a little longer than its session.
constexpr auto kMargin = 1min;
constexpr auto kPatience = 5s;
constexpr std::chrono::milliseconds kShortestRetry = 100ms;
constexpr std::chrono::milliseconds kLongestRetry = 1s;

}  // namespace

Maintenance::Maintenance(sdk::Store& store, const session::Clock& clock, log::Logger& logger,
                         std::chrono::milliseconds interval)
    : store_(store), clock_(clock), logger_(logger), interval_(interval), thread_([this] {
        run();
      }) {}

Maintenance::~Maintenance() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void Maintenance::run() {
  std::chrono::milliseconds retry = kShortestRetry;
  bool failing = false;
  std::chrono::milliseconds next = 0ms;
  while (pause(next)) {
    try {
      purge();
      if (failing) {
        logger_.info("the store answers again");
      }
      failing = false;
      retry = kShortestRetry;
      next = interval_;
    } catch (const std::exception& error) {
      if (!failing) {
        logger_.warning("the store does not answer; trying again", {{"reason", error.what()}});
      }
      failing = true;
      next = retry;
      retry = std::min(retry * 2, kLongestRetry);
    }
  }
}

void Maintenance::purge() {
  std::int64_t total = 0;
  std::int64_t removed = 0;
  do {
    removed = store_.purgeExpired(clock_.now() - kMargin, kBatch,
                                  std::chrono::steady_clock::now() + kPatience);
    total += removed;
  } while (removed == kBatch && pause(10ms));
  if (total > 0) {
    logger_.info("removed expired sessions", {{"count", std::to_string(total)}});
  }
}

bool Maintenance::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !stop_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace token_service::app
