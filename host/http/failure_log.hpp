#pragma once

#include "http/message.hpp"
#include "log/logger.hpp"

#include <atomic>
#include <cstdint>
#include <string_view>

namespace token_service::http {

// Logs requests that failed through no fault of their caller. A fault of ours is logged each time.
// While something that we need is away, one line a second is enough; it counts the others.
class FailureLog {
 public:
  explicit FailureLog(log::Logger& logger) : logger_(logger) {}

  void write(const Request& request, const Response& response, std::string_view reason);

 private:
  // Whether a line of this second is already written.
  bool isRepeated();

  log::Logger& logger_;
  std::atomic<std::int64_t> last_second_ = 0;
  std::atomic<std::int64_t> suppressed_ = 0;
};

}  // namespace token_service::http
