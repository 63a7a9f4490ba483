#pragma once

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace token_service::test {

// A socket to a service on this machine, for what no HTTP client would send.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port);
  // One for which the system takes hardly more than what is received here.
  static RawConnection narrow(std::uint16_t port);

  // Throws a Poco exception if the service does not take it.
  void send(const std::string& bytes);
  // Less than all of it if the service closes the connection before.
  void sendWhatIsTaken(const std::string& bytes);
  void endSending() { socket_.shutdownSend(); }
  // Ends the connection as the system does for a client that crashed.
  void reset();

  // Everything up to the end of the connection. Throws a Poco exception if nothing comes for so
  // long.
  std::string receiveAll(std::chrono::seconds patience = std::chrono::seconds(5));
  // Until `marker` was received or the connection ended.
  std::string receiveUntil(const std::string& marker);

 private:
  RawConnection() : socket_(Poco::Net::SocketAddress::IPv4) {}

  Poco::Net::StreamSocket socket_;
};

}  // namespace token_service::test
