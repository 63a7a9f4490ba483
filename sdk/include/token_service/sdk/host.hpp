#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace token_service::sdk {

/// Wall-clock time, UTC, to the millisecond.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// The moment at which the caller stops waiting, on the monotonic clock. An operation that cannot
/// finish by then throws Error with Unavailable or, if it may have written, Timeout.
using Deadline = std::chrono::steady_clock::time_point;

enum class LogLevel : std::uint32_t { Debug = 0, Info = 1, Warning = 2, Error = 3 };

struct LogField {
  std::string_view key;
  std::string_view value;
};

/// What the host offers to a plugin. It outlives every plugin object; all calls may be made from
/// any thread.
class [[gnu::visibility("default")]] Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  /// Writes one event to the operator's log. `event` is a fixed lower-case text; what varies goes
  /// into `fields`. Control characters are escaped. Never pass a secret or a token.
  virtual void log(LogLevel level, std::string_view event,
                   std::span<const LogField> fields = {}) noexcept = 0;

  /// The host's clock, the only one that decides whether a session has expired.
  virtual Time now() const noexcept = 0;
};

}  // namespace token_service::sdk
