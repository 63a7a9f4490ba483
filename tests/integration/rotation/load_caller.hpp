#pragma once

#include "rotating_test.hpp"

#include <cstdint>
#include <random>
#include <stop_token>
#include <vector>

namespace token_service::test {

// A caller with sessions of its own, which remembers what it was answered. For one thread.
class LoadCaller {
 public:
  // Calls whatever comes to mind until the connection breaks or it is `over`. An answer of 503 or
  // none leaves open what has happened.
  void run(std::uint16_t port, const std::stop_token& over);

  // Promise 23: what was answered holds, and a plain retry helps where no answer came.
  void expectAsAnswered(TokenApi& api);

  std::size_t ended() const { return ended_.size(); }

 private:
  struct LogIn {
    std::int64_t id;
    TokenPair tokens;
  };

  void step(HttpClient& connection);
  void logIn(HttpClient& connection);
  void logOut(HttpClient& connection, LogIn& one);

  std::vector<LogIn> alive_;
  std::vector<LogIn> ended_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace token_service::test
