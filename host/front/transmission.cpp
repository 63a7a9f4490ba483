#include "front/transmission.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace token_service::front {
namespace {

constexpr std::size_t kBufferSize = 64 * 1024;
// How many bytes a client may go on sending after its connection was ended. A connection that is
// closed with bytes unread is reset, and the client may never see the response.
constexpr std::size_t kMostDiscarded = 1024 * 1024;

bool wouldBlock() { return errno == EAGAIN; }

}  // namespace

Transmission::Transmission(Application& application, ConnectionTable& connections)
    : application_(application), connections_(connections), buffer_(kBufferSize) {}

std::optional<std::string_view> Transmission::receive(Connection& connection) {
  ssize_t count = 0;
  do {
    count = ::recv(connection.socket, buffer_.data(), buffer_.size(), 0);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    connection.readable = false;
    if (!wouldBlock()) {
      abort(connection, errno);
    }
    return std::nullopt;
  }
  const auto size = static_cast<std::size_t>(count);
  if (size > 0) {
    connection.readable = size == buffer_.size() || connection.hung_up;
  }
  return std::string_view(buffer_.data(), size);
}

void Transmission::respond(Connection& connection, std::string_view bytes) {
  const ssize_t count = ::send(connection.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count < 0 && !wouldBlock()) {
    abort(connection, errno);
    return;
  }
  const auto sent = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  if (sent == bytes.size()) {
    onResponded(connection);
    return;
  }
  connection.output.assign(bytes.substr(sent));
  connections_.enter(connection, Phase::Writing);
}

void Transmission::flush(Connection& connection) {
  std::string& output = connection.output;
  const ssize_t count = ::send(connection.socket, output.data(), output.size(), MSG_NOSIGNAL);
  if (count < 0) {
    if (!wouldBlock()) {
      abort(connection, errno);
    }
    return;
  }
  output.erase(0, static_cast<std::size_t>(count));
  if (output.empty()) {
    release(output);
    onResponded(connection);
  }
}

void Transmission::sendContinue(Connection& connection) {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  if (::send(connection.socket, kContinue.data(), kContinue.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(kContinue.size())) {
    abort(connection, errno);
  }
}

void Transmission::sendAtOnce(int socket, std::string_view bytes) {
  [[maybe_unused]] const auto sent =
      ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Transmission::linger(Connection& connection) {
  ::shutdown(connection.socket, SHUT_WR);
  release(connection.input);
  connections_.enter(connection, Phase::Lingering);
  if (connection.readable || connection.hung_up) {
    discard(connection);
  }
}

void Transmission::discard(Connection& connection) {
  std::array<char, 4096> bytes;
  while (connection.discarded <= kMostDiscarded) {
    const ssize_t count = ::recv(connection.socket, bytes.data(), bytes.size(), 0);
    if (count < 0 && wouldBlock()) {
      connection.readable = false;
      return;
    }
    if (count <= 0) {
      break;
    }
    connection.discarded += static_cast<std::size_t>(count);
  }
  connections_.close(connection);
}

void Transmission::reset(Connection& connection) {
  // What it has not taken must not stay with the system either.
  const struct linger at_once { 1, 0 };
  ::setsockopt(connection.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  abort(connection, ETIMEDOUT);
}

void Transmission::onResponded(Connection& connection) {
  if (connection.last) {
    linger(connection);
  } else {
    connections_.enter(connection, Phase::Idle);
  }
}

void Transmission::abort(Connection& connection, int error) {
  application_.noteLost(error);
  connections_.close(connection);
}

}  // namespace token_service::front
