#include "front/loop.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace token_service::front {
namespace {

using std::chrono::milliseconds;

// Events that are fetched and connections that are accepted before others have their turn.
constexpr int kMostEvents = 256;
constexpr int kMostAccepted = 64;
// How long a connection that was made just before the end may take to send its request.
constexpr milliseconds kLastCall{200};
// Connections beyond the limit that are still told so.
constexpr std::size_t kMostTurnedAway = 256;

}  // namespace

Loop::Loop(int listener, const Limits& limits, Application& application, Lanes& lanes, Load& load)
    : limits_(limits),
      load_(load),
      poll_(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"),
      acceptor_(listener, poll_.get(), &acceptor_),
      connections_(limits_, load),
      transmission_(application, connections_),
      dispatcher_(limits_, application, lanes, load, completions_, connections_, transmission_),
      pipeline_(limits_, connections_, transmission_, dispatcher_) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = &completions_;
  ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, completions_.descriptor(), &event);
}

void Loop::start() {
  thread_ = std::thread([this] { run(); });
  ++load_.accepting;
}

Loop::~Loop() {
  retire();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Loop::retire() {
  retired_ = true;
  completions_.wake();
}

bool Loop::waitUntil(TimePoint limit) {
  while (thread_.joinable() && !ended_) {
    if (Clock::now() >= limit) {
      return false;
    }
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

void Loop::run() {
  while (!retiring_ || !connections_.isEmpty()) {
    pass();
    if (retired_ && !retiring_) {
      retiring_ = true;
      stopAccepting();
      endWaiting();
      dispatcher_.handOver();
    }
  }
  ended_ = true;
}

void Loop::stopAccepting() {
  while (acceptSome()) {
  }
  acceptor_.stop();
  if (load_.accepting.fetch_sub(1) == 1) {
    acceptor_.closeListener();
  }
}

// One round: what lanes have finished, what happened on the sockets, what took too long.
void Loop::pass() {
  std::array<epoll_event, kMostEvents> events;
  const std::span<const epoll_event> happened = wait(events);
  completeAnswered();
  for (const epoll_event& event : happened) {
    onEvent(event);
  }
  for (Connection* connection : connections_.takePostponed()) {
    pipeline_.proceed(*connection);
  }
  endOverdue();
  dispatcher_.handOver();
  connections_.forgetClosed();
}

std::span<const epoll_event> Loop::wait(std::span<epoll_event> events) {
  completions_.takeBeforeWait(answered_);
  const bool busy = retired_ != retiring_ || !answered_.empty() || connections_.hasPostponed();
  const int count = ::epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()),
                                 busy ? 0 : patience());
  completions_.takeAfterWait(answered_);
  connections_.setNow(Clock::now());
  return events.first(static_cast<std::size_t>(std::max(count, 0)));
}

// In milliseconds, until the first deadline.
int Loop::patience() const {
  const std::optional<TimePoint> deadline = connections_.firstDeadline();
  const std::optional<TimePoint> pause = acceptor_.pausedUntil();
  if (!deadline && !pause) {
    return -1;
  }
  const TimePoint first =
      std::min(deadline.value_or(TimePoint::max()), pause.value_or(TimePoint::max()));
  const auto left = std::chrono::ceil<milliseconds>(first - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void Loop::completeAnswered() {
  for (const std::unique_ptr<Exchange>& exchange : answered_) {
    dispatcher_.complete(*exchange);
    pipeline_.proceed(*exchange->connection);
  }
  answered_.clear();
}

void Loop::onEvent(const epoll_event& event) {
  if (event.data.ptr == &acceptor_) {
    acceptSome();
  } else if (event.data.ptr != &completions_) {
    onEvent(*static_cast<Connection*>(event.data.ptr), event.events);
  }
}

void Loop::onEvent(Connection& connection, std::uint32_t events) {
  if (connection.socket < 0) {
    return;
  }
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    connection.hung_up = true;
  }
  connection.readable = connection.readable || connection.hung_up || (events & EPOLLIN) != 0;
  if (connection.phase == Phase::Writing && (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
    transmission_.flush(connection);
  }
  pipeline_.proceed(connection);
}

// False if there are no more.
bool Loop::acceptSome() {
  for (int accepted = 0; accepted < kMostAccepted; ++accepted) {
    int socket = -1;
    switch (acceptor_.accept(socket, connections_.now())) {
      case Acceptor::Result::Nothing:
        return false;
      case Acceptor::Result::Accepted:
        add(socket);
        break;
      case Acceptor::Result::LastOne:
        dispatcher_.turnAway(socket);
        ::close(socket);
        acceptor_.restore();
        break;
    }
  }
  return true;
}

void Loop::add(int socket) {
  std::size_t others = 0;
  Connection& connection = connections_.add(socket, others);
  if (others >= limits_.max_connections) {
    if (others < limits_.max_connections + kMostTurnedAway) {
      dispatcher_.turnAway(socket);
      transmission_.linger(connection);
    } else {
      connections_.close(connection);
    }
    if (connection.socket < 0) {
      return;
    }
  }
  // Every edge comes once: a connection that waits for a lane costs nothing, whatever its client
  // sends meanwhile.
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &connection;
  if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, socket, &event) != 0) {
    connections_.close(connection);
  }
}

// Who has had an answer is told in it that the connection ends; who has only just connected has
// not.
void Loop::endWaiting() {
  for (Connection* connection : connections_.in(Phase::Idle)) {
    // Its next request may be there already.
    connection->readable = true;
    pipeline_.proceed(*connection);
    if (connection->phase == Phase::Idle) {
      connections_.close(*connection);
    }
  }
  for (Connection* connection : connections_.in(Phase::Head)) {
    if (!connection->reader) {
      connections_.enter(*connection, Phase::Idle, kLastCall);
    }
  }
}

void Loop::endOverdue() {
  const std::optional<TimePoint> pause = acceptor_.pausedUntil();
  if (pause && *pause <= connections_.now()) {
    acceptor_.resume();
  }
  while (Connection* connection = connections_.findOverdue()) {
    end(*connection);
  }
}

void Loop::end(Connection& connection) {
  const Phase phase = connection.phase;
  if (connection.reader && (phase == Phase::Head || phase == Phase::Body)) {
    dispatcher_.refuse(connection,
                       phase == Phase::Head ? Refusal::HeadTimeout : Refusal::BodyTimeout,
                       connection.reader->message());
  } else if (phase == Phase::Writing) {
    transmission_.reset(connection);
  } else {
    connections_.close(connection);
  }
}

}  // namespace token_service::front
