#include "raw_connection.hpp"

#include <Poco/Net/NetException.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>

namespace token_service::test {

RawConnection::RawConnection(std::uint16_t port)
    : socket_(Poco::Net::SocketAddress("127.0.0.1", port)) {
  socket_.setReceiveTimeout(Poco::Timespan(5, 0));
}

RawConnection RawConnection::narrow(std::uint16_t port) {
  RawConnection connection;
  connection.socket_.setReceiveBufferSize(1);
  connection.socket_.setOption(IPPROTO_TCP, TCP_MAXSEG, 536);
  connection.socket_.connect(Poco::Net::SocketAddress("127.0.0.1", port));
  connection.socket_.setReceiveTimeout(Poco::Timespan(5, 0));
  return connection;
}

void RawConnection::send(const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    sent += static_cast<std::size_t>(socket_.sendBytes(
        bytes.data() + sent, static_cast<int>(bytes.size() - sent), MSG_NOSIGNAL));
  }
}

void RawConnection::sendWhatIsTaken(const std::string& bytes) {
  try {
    send(bytes);
  } catch (const Poco::Exception&) {
    // The service has closed the connection; what it said before is still to be read.
  }
}

void RawConnection::reset() {
  socket_.setLinger(true, 0);
  socket_.close();
}

std::string RawConnection::receiveAll(std::chrono::seconds patience) {
  socket_.setReceiveTimeout(Poco::Timespan(static_cast<long>(patience.count()), 0));
  std::string all;
  std::array<char, 4096> buffer{};
  try {
    while (const int count = socket_.receiveBytes(buffer.data(), static_cast<int>(buffer.size()))) {
      all.append(buffer.data(), static_cast<std::size_t>(count));
    }
  } catch (const Poco::Net::ConnectionResetException&) {
    // As final as a proper end.
  }
  return all;
}

std::string RawConnection::receiveUntil(const std::string& marker) {
  std::string all;
  std::array<char, 4096> buffer{};
  while (all.find(marker) == std::string::npos) {
    const int count = socket_.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
    if (count == 0) {
      break;
    }
    all.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return all;
}

}  // namespace token_service::test
