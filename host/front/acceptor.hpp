#pragma once

#include <chrono>
#include <optional>

namespace token_service::front {

// Takes connections off a listening socket that several loops may share, without ever spinning: not
// even when the process has no descriptor left.
class Acceptor {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  enum class Result {
    Accepted,
    // Accepted with the last descriptor: answer and close it at once.
    LastOne,
    // For now there are no more.
    Nothing,
  };

  // Has `poll`, an epoll descriptor, watch `listener`; `tag` is what its events carry.
  Acceptor(int listener, int poll, void* tag);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // The descriptor, non-blocking, is the caller's. After LastOne `restore` must be called.
  Result accept(int& socket, TimePoint now);
  void restore();

  // When `resume` is due: accepting had to pause.
  std::optional<TimePoint> pausedUntil() const { return paused_until_; }
  void resume();

  // Accepts nothing from now on.
  void stop();

  // Whoever connects is refused from now on, so that it can go elsewhere at once. For all that
  // share the socket.
  void closeListener() const;

 private:
  void watch();
  void unwatch();

  const int listener_;
  const int poll_;
  void* const tag_;
  bool watching_ = false;
  bool stopped_ = false;
  // Given up for a moment when there is no other.
  int reserve_;
  std::optional<TimePoint> paused_until_;
};

}  // namespace token_service::front
