#pragma once

#include <chrono>
#include <string>

namespace token_service::http {

// `2026-11-23T18:00:00Z` (RFC 3339 section 5.6).
std::string timestamp(std::chrono::sys_seconds time);

}  // namespace token_service::http
