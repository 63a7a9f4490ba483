#include "crowd.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace token_service::test {
namespace {

using std::chrono::steady_clock;

// Fewer than the ports that one address has for connections to one place.
constexpr std::size_t kConnectionsAnAddress = 4000;
constexpr std::chrono::milliseconds kTick{20};

void check(int result, const char* what) {
  if (result < 0) {
    throw std::system_error(errno, std::generic_category(), what);
  }
}

sockaddr_in placeOf(std::uint32_t address, std::uint16_t port) {
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(address);
  place.sin_port = htons(port);
  return place;
}

void setOption(int socket, int level, int option, int value) {
  check(::setsockopt(socket, level, option, &value, sizeof(value)), "setsockopt");
}

// Lets the other side's kernel take little for this one, so that it is soon seen not to read.
void makeNarrow(int socket) {
  setOption(socket, SOL_SOCKET, SO_RCVBUF, 1);
  setOption(socket, IPPROTO_TCP, TCP_MAXSEG, 536);
}

}  // namespace

Crowd::Crowd(std::uint16_t port) : port_(port), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  check(epoll_, "epoll_create1");
}

Crowd::~Crowd() {
  for (const Member& member : members_) {
    if (member.socket >= 0) {
      ::close(member.socket);
    }
  }
  ::close(epoll_);
}

void Crowd::join(std::size_t count, const Manners& manners) {
  manners_.push_back(manners);
  for (std::size_t joined = 0; joined < count; ++joined) {
    members_.push_back({.manners = &manners_.back()});
    connect(members_.back());
  }
}

void Crowd::run(std::chrono::milliseconds time) {
  const steady_clock::time_point end = steady_clock::now() + time;
  std::array<epoll_event, 256> events{};
  while (open_ > 0 && steady_clock::now() < end) {
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                   static_cast<int>(kTick.count()));
    for (int index = 0; index < count; ++index) {
      const epoll_event& event = events.at(static_cast<std::size_t>(index));
      handle(*static_cast<Member*>(event.data.ptr), event.events);
    }
    sendDrops();
  }
}

void Crowd::connect(Member& member) {
  member.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(member.socket, "socket");
  if (!member.manners->reads) {
    makeNarrow(member.socket);
  }
  setOption(member.socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  const auto turn = static_cast<std::uint32_t>(connected_++ / kConnectionsAnAddress % 100);
  const sockaddr_in from = placeOf(INADDR_LOOPBACK + 1 + turn, 0);
  check(::bind(member.socket, reinterpret_cast<const sockaddr*>(&from), sizeof(from)), "bind");
  const sockaddr_in to = placeOf(INADDR_LOOPBACK, port_);
  check(::connect(member.socket, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), "connect");
  lives_.push_back({member.manners, steady_clock::now(), std::nullopt, ""});
  member.life = &lives_.back();
  member.sent = 0;
  member.drops = 0;
  member.next_drop = member.life->begin + member.manners->every;
  ++open_;
  watch(member, EPOLL_CTL_ADD);
}

void Crowd::close(Member& member) {
  ::close(member.socket);
  member.socket = -1;
  member.life->end = steady_clock::now();
  --open_;
  if (member.manners->returns) {
    connect(member);
  }
}

void Crowd::watch(Member& member, int operation) const {
  epoll_event event{};
  event.events = EPOLLRDHUP | (member.manners->reads ? EPOLLIN : 0U) |
                 (member.sent < member.manners->at_once.size() ? EPOLLOUT : 0U);
  event.data.ptr = &member;
  check(::epoll_ctl(epoll_, operation, member.socket, &event), "epoll_ctl");
}

void Crowd::handle(Member& member, std::uint32_t events) {
  const bool stands = (events & (EPOLLERR | EPOLLHUP)) == 0 &&
                      ((events & EPOLLRDHUP) == 0 || member.manners->reads) &&
                      ((events & EPOLLIN) == 0 || receive(member)) &&
                      ((events & EPOLLOUT) == 0 || sendRest(member));
  if (!stands) {
    if (member.manners->reads) {
      receive(member);
    }
    close(member);
  }
}

bool Crowd::receive(Member& member) {
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = ::recv(member.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count <= 0) {
      return count < 0 && errno == EAGAIN;
    }
    member.life->received.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

bool Crowd::sendRest(Member& member) {
  const std::string& all = member.manners->at_once;
  const ssize_t count = ::send(member.socket, all.data() + member.sent, all.size() - member.sent,
                               MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0) {
    return errno == EAGAIN;
  }
  member.sent += static_cast<std::size_t>(count);
  if (member.sent == all.size()) {
    watch(member, EPOLL_CTL_MOD);
  }
  return true;
}

// Whether they still stand is seen by what comes.
void Crowd::sendDrops() {
  const steady_clock::time_point now = steady_clock::now();
  for (Member& member : members_) {
    const std::string& drop = member.manners->drop;
    if (drop.empty() || member.drops == member.manners->drops || member.socket < 0 ||
        now < member.next_drop) {
      continue;
    }
    ::send(member.socket, drop.data(), drop.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    ++member.drops;
    member.next_drop = now + member.manners->every;
  }
}

void allowOpenFiles(std::size_t count) {
  rlimit limit{};
  check(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  if (limit.rlim_cur >= count) {
    return;
  }
  limit.rlim_cur = count;
  limit.rlim_max = std::max(limit.rlim_max, limit.rlim_cur);
  if (::setrlimit(RLIMIT_NOFILE, &limit) < 0) {
    throw std::runtime_error("this needs " + std::to_string(count) +
                             " open files: raise the limit with ulimit -Hn");
  }
}

}  // namespace token_service::test
