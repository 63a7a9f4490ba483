#include "front/connection_table.hpp"

#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace token_service::front {
namespace {

using std::chrono::milliseconds;

// How long a client may go on sending after its connection was ended.
constexpr milliseconds kLingerTimeout{1000};

}  // namespace

ConnectionTable::ConnectionTable(const Limits& limits, Load& load)
    : limits_(limits), load_(load), now_(std::chrono::steady_clock::now()) {}

Connection& ConnectionTable::add(int socket, std::size_t& others) {
  others = load_.connections.fetch_add(1, std::memory_order_relaxed);
  std::list<Connection>& list = listOf(Phase::Head);
  Connection& connection = list.emplace_back();
  connection.self = std::prev(list.end());
  connection.socket = socket;
  enter(connection, Phase::Head);
  return connection;
}

void ConnectionTable::enter(Connection& connection, Phase phase) {
  enter(connection, phase, timeoutOf(phase));
}

void ConnectionTable::enter(Connection& connection, Phase phase, milliseconds timeout) {
  std::list<Connection>& list = listOf(phase);
  list.splice(list.end(), listOf(connection.phase), connection.self);
  connection.phase = phase;
  connection.deadline = now_ + timeout;
}

void ConnectionTable::close(Connection& connection) {
  if (connection.socket < 0) {
    return;
  }
  ::close(connection.socket);
  connection.socket = -1;
  std::erase(postponed_, &connection);
  load_.connections.fetch_sub(1, std::memory_order_relaxed);
  closed_.splice(closed_.end(), listOf(connection.phase), connection.self);
  connection.phase = Phase::Lingering;
}

void ConnectionTable::postpone(Connection& connection) {
  connection.postponed = true;
  postponed_.push_back(&connection);
}

std::vector<Connection*> ConnectionTable::takePostponed() {
  std::vector<Connection*> taken;
  taken.swap(postponed_);
  for (Connection* connection : taken) {
    connection->postponed = false;
  }
  return taken;
}

bool ConnectionTable::isEmpty() const {
  return std::all_of(lists_.begin(), lists_.end(), [](const auto& list) { return list.empty(); });
}

std::vector<Connection*> ConnectionTable::in(Phase phase) {
  std::vector<Connection*> connections;
  for (Connection& connection : listOf(phase)) {
    connections.push_back(&connection);
  }
  return connections;
}

std::optional<ConnectionTable::TimePoint> ConnectionTable::firstDeadline() const {
  std::optional<TimePoint> first;
  for (const std::list<Connection>& list : lists_) {
    if (!list.empty() && list.front().phase != Phase::Served) {
      first = std::min(first.value_or(TimePoint::max()), list.front().deadline);
    }
  }
  return first;
}

Connection* ConnectionTable::findOverdue() {
  for (std::list<Connection>& list : lists_) {
    if (!list.empty() && list.front().phase != Phase::Served && list.front().deadline <= now_) {
      return &list.front();
    }
  }
  return nullptr;
}

milliseconds ConnectionTable::timeoutOf(Phase phase) const {
  switch (phase) {
    case Phase::Idle:
      return limits_.idle_timeout;
    case Phase::Head:
      return limits_.head_timeout;
    case Phase::Body:
      return limits_.body_timeout;
    case Phase::Writing:
      return limits_.write_timeout;
    case Phase::Served:
    case Phase::Lingering:
      break;
  }
  return kLingerTimeout;
}

}  // namespace token_service::front
