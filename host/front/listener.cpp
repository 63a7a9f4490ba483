#include "front/listener.hpp"

#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>

#include <cerrno>

namespace token_service::front {
namespace {

constexpr int kBacklog = 4096;

}  // namespace

Poco::Net::ServerSocket listenOn(const std::string& address, std::uint16_t port) {
  const std::string place = address + " port " + std::to_string(port);
  try {
    const Poco::Net::SocketAddress where(address, port);
    Poco::Net::ServerSocket socket;
    if (where.family() == Poco::Net::SocketAddress::IPv6) {
      socket.bind6(where, true, false, false);
    } else {
      // Without the third word Poco lets another process share the port.
      socket.bind(where, true, false);
    }
    socket.listen(kBacklog);
    return socket;
  } catch (const Poco::Exception& error) {
    if (error.code() == EADDRINUSE) {
      throw ListenError(ListenError::Reason::Taken,
                        place + " is in use by another program: stop it or choose another port");
    }
    if (error.code() == EACCES) {
      throw ListenError(ListenError::Reason::Denied,
                        place + " may not be used by this user: choose a port above 1023");
    }
    throw ListenError(ListenError::Reason::Unusable,
                      place + " is not an address of this machine: choose one that is");
  }
}

}  // namespace token_service::front
