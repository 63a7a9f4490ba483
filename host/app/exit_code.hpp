#pragma once

namespace token_service::app {

// Exit codes, those of sysexits.h.
enum ExitCode : int {
  kSuccess = 0,
  kUsage = 64,
  kNoInput = 66,
  kUnavailable = 69,
  kSoftware = 70,
  kNoPermission = 77,
  kBadConfig = 78,
};

}  // namespace token_service::app
