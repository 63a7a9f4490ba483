#include "front/front.hpp"

#include <algorithm>

namespace token_service::front {
namespace {

// While one waits for an answer of the store, another one gathers the next requests.
constexpr std::size_t kThreadsTogether = 2;

}  // namespace

Front::Front(const Poco::Net::ServerSocket& listener, const Limits& limits,
             Application& application)
    : listener_(listener), limits_(limits), application_(application) {
  listener_.setBlocking(false);
  // Those that wait together need few threads.
  const std::size_t together = application_.lookupsAtOnce();
  addLane(LaneName::Lookup,
          together > 1 ? std::min(limits_.threads, kThreadsTogether) : limits_.threads, together,
          Lane::Scheduling::Interactive);
  addLane(LaneName::Read, limits_.threads, 1, Lane::Scheduling::Interactive);
  addLane(LaneName::Write, limits_.threads, 1, Lane::Scheduling::Batch);
  addLane(LaneName::End, limits_.threads, 1, Lane::Scheduling::Batch);
  for (std::size_t count = limits_.loops; count > 0; --count) {
    loops_.push_back(
        std::make_unique<Loop>(listener_.impl()->sockfd(), limits_, application_, lanes_, load_));
  }
  // Only now: the lanes look for the loop of an exchange among all of them.
  try {
    for (const std::unique_ptr<Loop>& loop : loops_) {
      loop->start();
    }
  } catch (...) {
    // Those that were started use the lanes.
    endLoops();
    throw;
  }
}

Front::~Front() { endLoops(); }

void Front::retire() {
  sayFarewell();
  for (const std::unique_ptr<Loop>& loop : loops_) {
    loop->retire();
  }
}

bool Front::waitUntil(std::chrono::steady_clock::time_point limit) {
  return std::all_of(loops_.begin(), loops_.end(),
                     [&](const std::unique_ptr<Loop>& loop) { return loop->waitUntil(limit); });
}

void Front::endLoops() {
  retire();
  waitUntil(std::chrono::steady_clock::time_point::max());
}

void Front::addLane(LaneName name, std::size_t threads, std::size_t together,
                    Lane::Scheduling scheduling) {
  lanes_.at(static_cast<std::size_t>(name)) =
      std::make_unique<Lane>(threads, together, scheduling,
                             [this](Lane::Exchanges exchanges) { serve(std::move(exchanges)); });
}

// In a thread of a lane, which gives it one exchange, or several of the lane Lookup.
void Front::serve(Lane::Exchanges exchanges) {
  serveTogether(exchanges);
  Lane::Exchanges answered;
  Lane::Exchanges others;
  for (std::unique_ptr<Exchange>& exchange : exchanges) {
    (exchange->response.sent() ? answered : others).push_back(std::move(exchange));
  }
  // Before anybody is served who may have to wait.
  giveBack(std::move(answered));
  for (std::unique_ptr<Exchange>& exchange : others) {
    application_.handler().handleRequest(exchange->request, exchange->response);
    Lane::Exchanges one;
    one.push_back(std::move(exchange));
    giveBack(std::move(one));
  }
}

// Leaves those without an answer that are served one by one.
void Front::serveTogether(const Lane::Exchanges& exchanges) {
  std::vector<Call> calls;
  // Whoever shares a look-up must leave the others time.
  const auto patience = exchanges.size() > 1 ? limits_.queue_timeout / 2 : limits_.queue_timeout;
  const auto now = std::chrono::steady_clock::now();
  for (const std::unique_ptr<Exchange>& exchange : exchanges) {
    if (now - exchange->request.received() > patience) {
      application_.refuse(Refusal::Overloaded, exchange->request, exchange->response);
    } else {
      calls.push_back({exchange->request, exchange->response});
    }
  }
  if (calls.size() > 1) {
    application_.answerTogether(calls);
  }
}

void Front::giveBack(Lane::Exchanges exchanges) {
  for (const std::unique_ptr<Exchange>& exchange : exchanges) {
    exchange->close = exchange->close || load_.farewell;
    exchange->finish();
  }
  for (const std::unique_ptr<Loop>& loop : loops_) {
    Lane::Exchanges of_loop;
    for (std::unique_ptr<Exchange>& exchange : exchanges) {
      if (exchange && exchange->completions == &loop->completions()) {
        of_loop.push_back(std::move(exchange));
      }
    }
    if (!of_loop.empty()) {
      loop->completions().finish(std::move(of_loop));
    }
  }
}

}  // namespace token_service::front
