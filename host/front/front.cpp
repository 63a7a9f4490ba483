#include "front/front.hpp"

#include <algorithm>

namespace token_service::front {

Front::Front(Poco::Net::ServerSocket listener, const Limits& limits, Application& application)
    : listener_(std::move(listener)), limits_(limits), application_(application) {
  listener_.setBlocking(false);
  const auto serve_exchange = [this](std::unique_ptr<Exchange> exchange) {
    serve(std::move(exchange));
  };
  lookup_ = std::make_unique<Lane>(limits_.threads, serve_exchange);
  write_ = std::make_unique<Lane>(limits_.threads, serve_exchange);
  for (std::size_t count = limits_.loops; count > 0; --count) {
    loops_.push_back(std::make_unique<Loop>(listener_.impl()->sockfd(), limits_, application_,
                                            Lanes{*lookup_, *write_}, load_));
  }
}

Front::~Front() { retire(std::chrono::steady_clock::time_point::max()); }

bool Front::retire(std::chrono::steady_clock::time_point limit) {
  sayFarewell();
  for (const std::unique_ptr<Loop>& loop : loops_) {
    loop->retire();
  }
  return std::all_of(loops_.begin(), loops_.end(),
                     [&](const std::unique_ptr<Loop>& loop) { return loop->waitUntil(limit); });
}

// In a thread of a lane.
void Front::serve(std::unique_ptr<Exchange> exchange) {
  const auto waited = std::chrono::steady_clock::now() - exchange->request.received();
  if (waited > limits_.queue_timeout) {
    application_.refuse(Refusal::Overloaded, exchange->request, exchange->response);
  } else {
    application_.handler().handleRequest(exchange->request, exchange->response);
  }
  exchange->close = exchange->close || load_.farewell;
  exchange->finish();
  Loop& loop = *exchange->loop;
  loop.finish(std::move(exchange));
}

}  // namespace token_service::front
