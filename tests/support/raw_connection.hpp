#pragma once

#include <Poco/Net/StreamSocket.h>

#include <cstdint>
#include <string>

namespace token_service::test {

// A socket to a service on this machine, for what no HTTP client would send.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port);

  void send(const std::string& bytes);
  void endSending() { socket_.shutdownSend(); }
  // Everything up to the end of the connection. Throws a Poco exception if that does not come
  // within five seconds.
  std::string receiveAll();
  // Until `marker` was received or the connection ended.
  std::string receiveUntil(const std::string& marker);

 private:
  Poco::Net::StreamSocket socket_;
};

}  // namespace token_service::test
