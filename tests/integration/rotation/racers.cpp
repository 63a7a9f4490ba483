#include "racers.hpp"

#include <exception>

namespace token_service::test {

Racers::Racers(std::size_t count, const std::vector<std::uint16_t>& ports)
    : replies_(count),
      start_(static_cast<std::ptrdiff_t>(count) + 1),
      finish_(static_cast<std::ptrdiff_t>(count) + 1) {
  for (std::size_t racer = 0; racer < count; ++racer) {
    threads_.emplace_back([this, racer, port = ports[racer % ports.size()]] { run(racer, port); });
  }
}

Racers::~Racers() {
  over_ = true;
  start_.arrive_and_wait();
}

const std::vector<Reply>& Racers::race(const Call& call) {
  call_ = call;
  start_.arrive_and_wait();
  finish_.arrive_and_wait();
  return replies_;
}

void Racers::run(std::size_t racer, std::uint16_t port) {
  HttpClient client(port);
  for (;;) {
    start_.arrive_and_wait();
    if (over_) {
      return;
    }
    try {
      replies_[racer] = client.send(call_);
    } catch (const std::exception& error) {
      replies_[racer] = Reply{0, error.what(), {}};
    }
    finish_.arrive_and_wait();
  }
}

}  // namespace token_service::test
