#pragma once

#include "front/message_reader.hpp"

#include <chrono>
#include <cstddef>

namespace token_service::front {

// All time-outs are absolute: no byte that a client sends or takes puts them off.
struct Limits {
  MessageLimits message;
  // From the first byte of a request, or from the beginning of a connection, to the end of its
  // head.
  std::chrono::milliseconds head_timeout{};
  // From the end of the head to the last byte of the body.
  std::chrono::milliseconds body_timeout{};
  // From the moment when a client does not take a response at once.
  std::chrono::milliseconds write_timeout{};
  // From one response to the first byte of the next request.
  std::chrono::milliseconds idle_timeout{};
  // How long a request may wait for a thread of its lane.
  std::chrono::milliseconds queue_timeout{};
  std::size_t max_connections = 0;
  // That were read and are not answered yet.
  std::size_t max_requests = 0;
  // Of each lane.
  std::size_t threads = 0;
  // Threads that own the connections.
  std::size_t loops = 1;
};

}  // namespace token_service::front
