#pragma once

#include "log/logger.hpp"

#include <memory>

namespace token_service::http {

// Logs what leaves the thread of a connection, of every Server in the process: nearly always a
// client that went away. One object at a time; it outlives the servers.
class ConnectionErrors {
 public:
  explicit ConnectionErrors(log::Logger& logger);
  ConnectionErrors(const ConnectionErrors&) = delete;
  ConnectionErrors& operator=(const ConnectionErrors&) = delete;
  ~ConnectionErrors();

 private:
  class Handler;
  std::unique_ptr<Handler> handler_;
};

}  // namespace token_service::http
