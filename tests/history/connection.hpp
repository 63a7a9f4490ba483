#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace token_service::history {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

// One keep-alive connection to a host on this machine, with as little work for a request as can be.
// For one thread.
class Connection {
 public:
  Connection() = default;
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Connects if it has no connection to that port. False if nobody listens there, or it is 0.
  bool connectTo(std::uint16_t port);

  // None if there is no whole answer in time; then the connection is closed. Whether the request
  // was acted on nobody knows.
  std::optional<HttpAnswer> exchange(const std::string& request);

 private:
  bool send(const std::string& request) const;
  bool receiveMore();
  void close();

  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::string received_;
};

}  // namespace token_service::history
