#pragma once

#include "session/random.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace token_service::http {

// Names for requests that come without one: no other process has the same, and no secret is in
// them. Safe for use from many threads at once.
class RequestIds {
 public:
  explicit RequestIds(session::Random& random) : process_(random.identifier()) {}

  std::string next() {
    return process_ + "-" + std::to_string(count_.fetch_add(1, std::memory_order_relaxed));
  }

 private:
  const std::string process_;
  std::atomic<std::uint64_t> count_ = 1;
};

}  // namespace token_service::http
