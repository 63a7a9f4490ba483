#pragma once

#include "http/error_mapping.hpp"
#include "http/message.hpp"

#include <string>
#include <vector>

namespace token_service::http {

// What handling a request takes.
struct Work {
  // Whether it is worth trying with the deadline session::kAtOnce, on a thread that must not wait.
  bool at_once = false;
  // Signs, or writes to the store.
  bool writes = true;
};

inline constexpr Work kNoWaiting{true, false};

// What one method of one path does. Holds nothing of a request: one object serves all threads.
class Endpoint {
 public:
  Endpoint() = default;
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;
  virtual ~Endpoint() = default;

  // `parameters`: what the `{...}` of the path stand for, in their order, as they came. Throws
  // sdk::Error while the store or the signer cannot answer, and session::WouldWait if the request's
  // deadline is session::kAtOnce and the answer takes longer.
  virtual Response handle(const Request& request, const std::vector<std::string>& parameters) = 0;

  virtual Work work() const { return {}; }

  // The answer to a request that could not be read.
  virtual Response refuse(Failure reason) const { return failure(reason); }
};

}  // namespace token_service::http
