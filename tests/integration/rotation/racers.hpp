#pragma once

#include "http_client.hpp"

#include <barrier>
#include <cstdint>
#include <thread>
#include <vector>

namespace token_service::test {

// Callers with a thread and a kept connection each, which send one call at the same moment.
class Racers {
 public:
  // Spreads the callers over the ports.
  Racers(std::size_t count, const std::vector<std::uint16_t>& ports);
  ~Racers();
  Racers(const Racers&) = delete;
  Racers& operator=(const Racers&) = delete;

  // One answer a caller. Whoever got none has status 0, and the reason in the body.
  const std::vector<Reply>& race(const Call& call);

 private:
  void run(std::size_t racer, std::uint16_t port);

  Call call_;
  bool over_ = false;
  std::vector<Reply> replies_;
  std::barrier<> start_;
  std::barrier<> finish_;
  std::vector<std::jthread> threads_;
};

}  // namespace token_service::test
