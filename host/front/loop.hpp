#pragma once

#include "front/acceptor.hpp"
#include "front/application.hpp"
#include "front/connection.hpp"
#include "front/exchange.hpp"
#include "front/lane.hpp"
#include "front/limits.hpp"
#include "front/load.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace token_service::front {

// By LaneName.
using Lanes = std::array<std::unique_ptr<Lane>, 4>;

// One thread that owns connections: accepts them, reads requests, hands them on, writes the
// responses and ends what takes too long. It does everything that touches their sockets, and waits
// for nothing but them.
class Loop {
 public:
  // `listener` is a non-blocking socket that several loops may share.
  Loop(int listener, const Limits& limits, Application& application, Lanes& lanes, Load& load);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Begins to accept. Called once. Throws std::system_error if it cannot have its thread.
  void start();

  // From a lane: the responses are there. Safe for use from many threads.
  void finish(Lane::Exchanges exchanges);

  // Accepts no more connections and ends those that wait for a request; the thread goes on until
  // the others have ended, too. Safe for use from any thread.
  void retire();

  // Whether the thread, if it was started, has come to its end after `retire`.
  bool waitUntil(std::chrono::steady_clock::time_point limit);

 private:
  using Clock = std::chrono::steady_clock;
  using TimePoint = Clock::time_point;

  void run();
  void pass();
  int patience() const;
  void wake();
  void takeBack();
  void handOver();
  bool isEmpty() const;

  bool acceptSome();
  void add(int socket);
  void turnAway(int socket);
  void endWaiting();
  void endOverdue();
  void endOverdue(Connection& connection);

  void onEvent(Connection& connection, std::uint32_t events);
  void proceed(Connection& connection);
  bool receive(Connection& connection, std::string_view& input);
  std::size_t serve(Connection& connection, std::string_view input, int& requests);
  void postpone(Connection& connection);
  void keep(Connection& connection, std::string_view rest);
  void await(Connection& connection, MessageReader::Progress progress);
  void handle(Connection& connection, const Message& message);
  void refuse(Connection& connection, Refusal reason, const Message& message);
  void answer(Connection& connection);

  void respond(Connection& connection, std::string_view bytes);
  void flush(Connection& connection);
  void onAnswered(Connection& connection);
  void linger(Connection& connection);
  void discard(Connection& connection);

  void enter(Connection& connection, Phase phase);
  void close(Connection& connection);
  void abort(Connection& connection, int error);
  std::chrono::milliseconds timeoutOf(Phase phase) const;
  std::list<Connection>& listOf(Phase phase) { return lists_[static_cast<std::size_t>(phase)]; }

  const Limits limits_;
  Application& application_;
  Lanes& lanes_;
  Load& load_;
  const int poll_;
  const int wake_up_;
  Acceptor acceptor_;

  // A connection is in the list of its phase, the earliest deadline first.
  std::array<std::list<Connection>, kPhaseCount> lists_;
  // They may still be named by events that are not looked at yet.
  std::list<Connection> closed_;
  // Had their turn and have more requests to be served.
  std::vector<Connection*> postponed_;
  TimePoint now_;
  bool retiring_ = false;

  std::vector<char> buffer_;
  std::unique_ptr<MessageReader> reader_;
  // For the next request.
  std::unique_ptr<Exchange> exchange_;
  // For the lanes, which get what one round has read together.
  std::array<Lane::Exchanges, std::tuple_size_v<Lanes>> read_;
  Lane::Exchanges answered_;

  std::mutex mutex_;
  Lane::Exchanges finished_;
  std::atomic<bool> asleep_ = false;
  std::atomic<bool> retired_ = false;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace token_service::front
