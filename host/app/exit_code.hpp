#pragma once

namespace token_service::app {

// Exit codes, those of sysexits.h.
namespace exit_code {

inline constexpr int kSuccess = 0;
inline constexpr int kUsage = 64;
inline constexpr int kNoInput = 66;
inline constexpr int kUnavailable = 69;
inline constexpr int kSoftware = 70;
inline constexpr int kNoPermission = 77;
inline constexpr int kBadConfig = 78;

}  // namespace exit_code

}  // namespace token_service::app
