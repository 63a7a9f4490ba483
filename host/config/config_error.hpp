#pragma once

#include <stdexcept>

namespace token_service::config {

// The configuration file itself is not there. What is wrong inside it is an sdk::Error.
class MissingFile : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace token_service::config
