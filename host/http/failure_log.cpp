#include "http/failure_log.hpp"

#include <chrono>
#include <string>

namespace token_service::http {

void FailureLog::write(const Request& request, const Response& response, std::string_view reason) {
  const bool temporary = response.status == 503;
  if (temporary && isRepeated()) {
    ++suppressed_;
    return;
  }
  const std::string status = std::to_string(response.status);
  const std::string suppressed = std::to_string(temporary ? suppressed_.exchange(0) : 0);
  const log::Logger::Field fields[] = {{"request_id", request.id},
                                       {"path", request.path},
                                       {"status", status},
                                       {"reason", reason},
                                       {"suppressed", suppressed}};
  logger_.write(temporary ? log::Logger::Level::Warning : log::Logger::Level::Error,
                "request failed", fields);
}

bool FailureLog::isRepeated() {
  const std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(
                                  std::chrono::steady_clock::now().time_since_epoch())
                                  .count();
  return last_second_.exchange(second) == second;
}

}  // namespace token_service::http
