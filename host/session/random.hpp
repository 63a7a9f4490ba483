#pragma once

#include <string>

namespace token_service::session {

// Makes identifiers for tokens and sessions. Safe for use from many threads at once.
class Random {
 public:
  virtual ~Random() = default;

  // 128 unpredictable bits as 22 characters of base64url. Throws sdk::Error if the system cannot
  // give them.
  virtual std::string identifier() = 0;
};

}  // namespace token_service::session
