#include "forwarder.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace token_service::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Whether the connection goes on.
bool relay(int from, int to, bool pass) {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::recv(from, buffer.data(), buffer.size(), 0);
  if (count <= 0) {
    return false;
  }
  for (ssize_t sent = 0; pass && sent < count;) {
    const ssize_t part =
        ::send(to, buffer.data() + sent, static_cast<std::size_t>(count - sent), MSG_NOSIGNAL);
    if (part <= 0) {
      return false;
    }
    sent += part;
  }
  return true;
}

}  // namespace

Forwarder::Forwarder(const std::string& host, const std::string& port, Mode mode)
    : target_port_(static_cast<std::uint16_t>(std::stoi(port))),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      mode_(mode) {
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof(address);
  if (host != "127.0.0.1" ||
      ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("cannot forward to " + host);
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

Forwarder::~Forwarder() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
}

void Forwarder::run() {
  std::vector<Pair> pairs;
  while (!stopping_) {
    std::vector<pollfd> wanted = {{listener_, POLLIN, 0}};
    for (const Pair& pair : pairs) {
      wanted.push_back({pair.client, POLLIN, 0});
      wanted.push_back({pair.server, POLLIN, 0});
    }
    ::poll(wanted.data(), wanted.size(), 10);
    std::vector<Pair> alive;
    for (std::size_t index = 0; index < pairs.size(); ++index) {
      if (mode_ != Mode::Refuse &&
          step(pairs[index], wanted[2 * index + 1].revents, wanted[2 * index + 2].revents)) {
        alive.push_back(pairs[index]);
      } else {
        ::close(pairs[index].client);
        ::close(pairs[index].server);
      }
    }
    pairs = alive;
    if (wanted.front().revents != 0) {
      const int client = ::accept(listener_, nullptr, nullptr);
      const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const int on = 1;
      ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      const sockaddr_in target = loopback(target_port_);
      if (mode_ != Mode::Refuse &&
          ::connect(server, reinterpret_cast<const sockaddr*>(&target), sizeof(target)) == 0) {
        pairs.push_back({client, server});
        ++accepted_;
      } else {
        ::close(client);
        ::close(server);
      }
    }
    open_ = pairs.size();
  }
  for (const Pair& pair : pairs) {
    ::close(pair.client);
    ::close(pair.server);
  }
}

bool Forwarder::step(const Pair& pair, short client_events, short server_events) const {
  const Mode mode = mode_;
  if (client_events != 0 &&
      !relay(pair.client, pair.server, mode == Mode::Forward || mode == Mode::SwallowAnswers)) {
    return false;
  }
  return server_events == 0 || relay(pair.server, pair.client, mode == Mode::Forward);
}

}  // namespace token_service::test
