#pragma once

#include "front/placement.hpp"
#include "http/error_mapping.hpp"
#include "http/message.hpp"

#include <string>
#include <vector>

namespace token_service::http {

// What one method of one path does. Holds nothing of a request: one object serves all threads.
class Endpoint {
 public:
  Endpoint() = default;
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  virtual ~Endpoint() = default;

  // `parameters`: what the `{...}` of the path stand for, in their order, as they came. Throws
  // sdk::Error while the store or the signer cannot answer.
  virtual Response handle(const Request& request, const std::vector<std::string>& parameters) = 0;

  // Where its requests are handled.
  virtual front::Placement placement() const { return {}; }

  // The answer to a request that could not be read.
  virtual Response refuse(Failure reason) const { return failure(reason); }
};

}  // namespace token_service::http
