#include "front/acceptor.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace token_service::front {
namespace {

constexpr std::chrono::milliseconds kPause{100};

int openReserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

int acceptFrom(int listener) {
  const int socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket >= 0) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return socket;
}

}  // namespace

Acceptor::Acceptor(int listener, int poll, void* tag)
    : listener_(listener), poll_(poll), tag_(tag), reserve_(openReserve()) {
  watch();
}

Acceptor::~Acceptor() {
  if (reserve_ >= 0) {
    ::close(reserve_);
  }
}

Acceptor::Result Acceptor::accept(int& socket, TimePoint now) {
  socket = acceptFrom(listener_);
  if (socket >= 0) {
    return Result::Accepted;
  }
  if (errno == EMFILE || errno == ENFILE) {
    if (reserve_ >= 0) {
      ::close(reserve_);
      reserve_ = -1;
      socket = acceptFrom(listener_);
      if (socket >= 0) {
        return Result::LastOne;
      }
      restore();
    }
  }
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    unwatch();
    paused_until_ = now + kPause;
  }
  return Result::Nothing;
}

void Acceptor::restore() {
  const int error = errno;
  if (reserve_ < 0) {
    reserve_ = openReserve();
  }
  errno = error;
}

void Acceptor::resume() {
  paused_until_.reset();
  restore();
  if (!stopped_) {
    watch();
  }
}

void Acceptor::stop() {
  stopped_ = true;
  unwatch();
}

void Acceptor::closeListener() const { ::shutdown(listener_, SHUT_RD); }

void Acceptor::watch() {
  // Of several loops that watch it, one wakes up.
  epoll_event event{};
  event.events = EPOLLIN | EPOLLEXCLUSIVE;
  event.data.ptr = tag_;
  watching_ = ::epoll_ctl(poll_, EPOLL_CTL_ADD, listener_, &event) == 0;
}

void Acceptor::unwatch() {
  if (watching_) {
    ::epoll_ctl(poll_, EPOLL_CTL_DEL, listener_, nullptr);
    watching_ = false;
  }
}

}  // namespace token_service::front
