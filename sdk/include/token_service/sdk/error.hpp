#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace token_service::sdk {

/// What the caller may conclude from a failure. The numbers are part of the ABI.
enum class ErrorCode : std::uint32_t {
  /// The settings, or what they point to, cannot work. Thrown by a plugin's constructor only. The
  /// host ends with exit code 78.
  InvalidConfig = 1,
  /// Something that the settings point to may not be used by this process, or may be used by too
  /// many others (a loose file mode). Thrown by a plugin's constructor only. Exit code 77.
  PermissionDenied = 2,
  /// The operation cannot be done now, and certainly nothing was written. It may be repeated.
  Unavailable = 3,
  /// The outcome is unknown: it may have been written. Never repeated blindly.
  Timeout = 4,
  /// A fault of the plugin or of what stands behind it. Nothing may be concluded.
  Internal = 5,
};

/// The only exception that a plugin throws on purpose. An expected outcome (not found, changed
/// meanwhile) is a value and never an Error.
///
/// `what()` is for the operator's log; it never reaches a client of the service. It starts in lower
/// case, has no full stop, and holds no secret, no token and no SQL.
class [[gnu::visibility("default")]] Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& what) : std::runtime_error(what), code_(code) {}

  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace token_service::sdk
