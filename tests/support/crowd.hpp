#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace token_service::test {

// What a connection of a crowd does.
struct Manners {
  // Sent as soon as it is connected.
  std::string at_once = "";
  // Sent again and again after that, but no more than so many times.
  std::string drop = "";
  std::chrono::milliseconds every{1000};
  std::size_t drops = std::numeric_limits<std::size_t>::max();
  // Whether it takes what comes. One that does not has the smallest of receive buffers.
  bool reads = true;
  // Whether it connects again when it was closed.
  bool returns = false;
};

// One connection from its beginning to its end.
struct Life {
  const Manners* manners = nullptr;
  std::chrono::steady_clock::time_point begin;
  // Unless it is still open.
  std::optional<std::chrono::steady_clock::time_point> end;
  std::string received;
};

// Any number of connections to a service on this machine, good for nothing but to be there. For one
// thread, and nothing happens but in `join` and `run`.
class Crowd {
 public:
  explicit Crowd(std::uint16_t port);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // Connects so many more. Throws if the system does not let it, for want of open files for one:
  // see `allowOpenFiles`.
  void join(std::size_t count, const Manners& manners);

  // Lets them do what they do for so long, or until none is left.
  void run(std::chrono::milliseconds time);

  std::size_t open() const { return open_; }
  // In the order in which they began.
  const std::deque<Life>& lives() const { return lives_; }

 private:
  struct Member {
    const Manners* manners;
    int socket = -1;
    Life* life = nullptr;
    // Of `at_once`.
    std::size_t sent = 0;
    std::size_t drops = 0;
    std::chrono::steady_clock::time_point next_drop{};
  };

  void connect(Member& member);
  void close(Member& member);
  void watch(Member& member, int operation) const;
  void handle(Member& member, std::uint32_t events);
  // Whether the connection still stands.
  bool receive(Member& member);
  bool sendRest(Member& member);
  void sendDrops();

  std::uint16_t port_;
  int epoll_;
  std::size_t open_ = 0;
  std::size_t connected_ = 0;
  std::deque<Manners> manners_;
  std::deque<Member> members_;
  std::deque<Life> lives_;
};

// Lets this process have that many open files. Throws if the system does not.
void allowOpenFiles(std::size_t count);

}  // namespace token_service::test
