#pragma once

#include <Poco/Net/ServerSocket.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace token_service::front {

// The address cannot be listened on.
class ListenError : public std::runtime_error {
 public:
  enum class Reason { Taken, Denied, Unusable };

  ListenError(Reason reason, const std::string& what) : std::runtime_error(what), reason_(reason) {}

  Reason reason() const noexcept { return reason_; }

 private:
  Reason reason_;
};

// A listening socket that shares its port with no other program. Port 0 picks a free one. Throws
// ListenError.
Poco::Net::ServerSocket listenOn(const std::string& address, std::uint16_t port);

}  // namespace token_service::front
