#pragma once

#include "log/logger.hpp"
#include "token_service/sdk/host.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace token_service::http {

// Whether what the service needs can answer. A result is used again for a second, so that health
// checks cost the store next to nothing. Safe for use from many threads at once.
class Readiness {
 public:
  struct Component {
    // `signer`, `store`.
    std::string role;
    std::string plugin;
    // Returns if it can answer, else throws.
    std::function<void(sdk::Deadline)> check;
  };

  struct State {
    const Component* component;
    bool ready;
  };

  Readiness(std::vector<Component> components, log::Logger& logger);

  std::vector<State> states();

  // From now on the service is on its way out and not ready.
  void retire() { retired_ = true; }
  bool retired() const { return retired_; }

 private:
  State stateOf(const Component& component, sdk::Deadline deadline);

  const std::vector<Component> components_;
  log::Logger& logger_;
  std::atomic<bool> retired_ = false;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point checked_at_{};
  std::vector<State> states_;
};

}  // namespace token_service::http
