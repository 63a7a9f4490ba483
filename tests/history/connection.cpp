#include "connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

namespace token_service::history {
namespace {

// Longer than the service's own limit for a request.
constexpr timeval kPatience = {5, 0};

// The value of a header field of an answer's head; empty if it has none.
std::string_view fieldOf(std::string_view head, std::string_view name) {
  std::size_t begin = head.find("\r\n");
  while (begin != std::string_view::npos) {
    begin += 2;
    const std::size_t end = head.find("\r\n", begin);
    const std::string_view line = head.substr(begin, end - begin);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        ::strncasecmp(line.data(), name.data(), name.size()) == 0) {
      const std::size_t value = line.find_first_not_of(' ', name.size() + 1);
      return value == std::string_view::npos ? "" : line.substr(value);
    }
    begin = end;
  }
  return {};
}

int numberIn(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Who connects to a port of the ephemeral range where nobody listens may be given that very port,
// and talk to itself.
bool isConnectedToItself(int socket, std::uint16_t port) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  return ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
         address.sin_port == htons(port);
}

}  // namespace

Connection::~Connection() { close(); }

bool Connection::connectTo(std::uint16_t port) {
  if (socket_ >= 0 && port_ == port) {
    return true;
  }
  close();
  if (port == 0) {
    return false;
  }
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      isConnectedToItself(socket_, port)) {
    close();
    return false;
  }
  port_ = port;
  return true;
}

std::optional<HttpAnswer> Connection::exchange(const std::string& request) {
  if (!send(request)) {
    close();
    return std::nullopt;
  }
  received_.clear();
  std::size_t head_end = std::string::npos;
  while ((head_end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!receiveMore()) {
      close();
      return std::nullopt;
    }
  }
  const std::string_view head = std::string_view(received_).substr(0, head_end);
  HttpAnswer answer;
  answer.status = numberIn(head.substr(head.find(' ') + 1));
  const bool last =
      fieldOf(head, "Connection") == "close" || fieldOf(head, "Connection") == "close";
  const std::size_t body = head_end + 4;
  const auto size = static_cast<std::size_t>(numberIn(fieldOf(head, "Content-Length")));
  while (received_.size() < body + size) {
    if (!receiveMore()) {
      close();
      return std::nullopt;
    }
  }
  answer.body = received_.substr(body, size);
  if (last) {
    close();
  }
  return answer;
}

bool Connection::send(const std::string& request) const {
  for (std::size_t sent = 0; sent < request.size();) {
    const ssize_t count =
        ::send(socket_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) {
      return false;
    }
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

bool Connection::receiveMore() {
  std::array<char, 8192> buffer;
  const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (count <= 0) {
    return false;
  }
  received_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

void Connection::close() {
  if (socket_ >= 0) {
    ::close(socket_);
  }
  socket_ = -1;
}

}  // namespace token_service::history
