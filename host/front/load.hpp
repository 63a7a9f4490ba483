#pragma once

#include <atomic>
#include <cstddef>

namespace token_service::front {

// What all loops of a front have in common.
struct Load {
  std::atomic<std::size_t> connections = 0;
  // Handed to a lane and not back yet.
  std::atomic<std::size_t> requests = 0;
  // Loops that have not retired.
  std::atomic<std::size_t> accepting = 0;
  // Responses say that their connection ends.
  std::atomic<bool> farewell = false;
};

}  // namespace token_service::front
