#pragma once

#include "front/connection.hpp"
#include "front/limits.hpp"
#include "front/load.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <vector>

namespace token_service::front {

// The connections of one loop, each with the deadline of its phase. Used by the loop's thread
// alone.
class ConnectionTable {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // `load` counts the connections of all loops.
  ConnectionTable(const Limits& limits, Load& load);
  ConnectionTable(const ConnectionTable&) = delete;
  ConnectionTable& operator=(const ConnectionTable&) = delete;

  // The time of the loop's present round.
  TimePoint now() const { return now_; }
  void setNow(TimePoint now) { now_ = now; }

  // Takes over the socket; its first phase is Head. `others`: how many connections all loops had
  // before.
  Connection& add(int socket, std::size_t& others);

  // The deadline begins anew, even if the phase is the same.
  void enter(Connection& connection, Phase phase);
  void enter(Connection& connection, Phase phase, std::chrono::milliseconds timeout);

  // Its socket is -1 from then on, and the object stays until `forgetClosed`: events that are not
  // looked at yet may name it. Does nothing to one that is closed.
  void close(Connection& connection);
  void forgetClosed() { closed_.clear(); }

  // Keeps in mind that others have their turn before its next request.
  void postpone(Connection& connection);
  bool hasPostponed() const { return !postponed_.empty(); }
  std::vector<Connection*> takePostponed();

  bool isEmpty() const;
  std::vector<Connection*> in(Phase phase);

  // What a lane serves has none.
  std::optional<TimePoint> firstDeadline() const;
  // One whose deadline has passed, or null. The next call gives it again unless its phase or its
  // deadline has changed.
  Connection* findOverdue();

 private:
  std::chrono::milliseconds timeoutOf(Phase phase) const;
  std::list<Connection>& listOf(Phase phase) { return lists_[static_cast<std::size_t>(phase)]; }

  const Limits& limits_;
  Load& load_;
  TimePoint now_;
  // A connection is in the list of its phase, the earliest deadline first.
  std::array<std::list<Connection>, kPhaseCount> lists_;
  std::list<Connection> closed_;
  // Had their turn and have more requests to be served.
  std::vector<Connection*> postponed_;
};

}  // namespace token_service::front
