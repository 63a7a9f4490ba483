#pragma once

#include "log/logger.hpp"
#include "session/clock.hpp"
#include "token_service/sdk/store.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace token_service::app {

// Removes expired sessions in the background, in small batches. While the store cannot be reached
// it tries again with growing pauses, which is also what brings a store back that was away at
// start. Runs from construction to destruction.
class Maintenance {
 public:
  Maintenance(sdk::Store& store, const session::Clock& clock, log::Logger& logger,
              std::chrono::milliseconds interval);
  Maintenance(const Maintenance&) = delete;
  Maintenance& operator=(const Maintenance&) = delete;
  ~Maintenance();

 private:
  void run();
  void purge();
  // Returns early, with false, when the object is being destroyed.
  bool pause(std::chrono::milliseconds time);

  sdk::Store& store_;
  const session::Clock& clock_;
  log::Logger& logger_;
  const std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace token_service::app
