#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace token_service::test {

// A TCP forwarder on a loopback port of its own, which can fail the ways a network does.
class Forwarder {
 public:
  enum class Mode {
    Forward,
    // Takes connections and bytes, and passes nothing on.
    Swallow,
    // Passes requests on but no answer back.
    SwallowAnswers,
    // Ends every connection, present ones and new ones.
    Refuse,
  };

  Forwarder(const std::string& host, const std::string& port, Mode mode = Mode::Forward);
  ~Forwarder();
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  std::string port() const { return std::to_string(port_); }
  void set(Mode mode) { mode_ = mode; }
  int accepted() const { return accepted_; }
  // How many connections pass through it now.
  std::size_t open() const { return open_; }

 private:
  struct Pair {
    int client;
    int server;
  };

  void run();
  bool step(const Pair& pair, short client_events, short server_events) const;

  std::uint16_t target_port_;
  std::uint16_t port_ = 0;
  int listener_;
  std::atomic<Mode> mode_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> accepted_ = 0;
  std::atomic<std::size_t> open_ = 0;
  std::thread thread_;
};

}  // namespace token_service::test
