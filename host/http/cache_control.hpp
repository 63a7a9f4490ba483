#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace token_service::http {

// The header of an answer that anybody may keep for so long (RFC 9111 section 5.2.2).
inline std::pair<std::string_view, std::string> publicFor(std::chrono::seconds max_age) {
  return {"Cache-Control", "public, max-age=" + std::to_string(max_age.count())};
}

}  // namespace token_service::http
