#pragma once

#include "front/acceptor.hpp"
#include "front/application.hpp"
#include "front/completion_queue.hpp"
#include "front/connection_table.hpp"
#include "front/descriptor.hpp"
#include "front/dispatcher.hpp"
#include "front/limits.hpp"
#include "front/load.hpp"
#include "front/pipeline.hpp"
#include "front/transmission.hpp"

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <thread>

namespace token_service::front {

// One thread that owns connections: accepts them, has what happens on them served in rounds, and
// ends what takes too long. All that touches their sockets happens in it, and it waits for nothing
// but them and the lanes.
class Loop {
 public:
  // `listener` is a non-blocking socket that several loops may share.
  Loop(int listener, const Limits& limits, Application& application, Lanes& lanes, Load& load);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Begins to accept. Called once. Throws std::system_error if it cannot have its thread.
  void start();

  // Where lanes return the loop's exchanges. Safe for use from many threads.
  CompletionQueue& completions() { return completions_; }

  // Accepts no more connections and ends those that wait for a request; the thread goes on until
  // the others have ended, too. Safe for use from any thread.
  void retire();

  // Whether the thread, if it was started, has come to its end after `retire`.
  bool waitUntil(std::chrono::steady_clock::time_point limit);

 private:
  using Clock = std::chrono::steady_clock;
  using TimePoint = Clock::time_point;

  void run();
  void stopAccepting();
  void pass();
  std::span<const epoll_event> wait(std::span<epoll_event> events);
  int patience() const;
  void completeAnswered();
  void onEvent(const epoll_event& event);
  void onEvent(Connection& connection, std::uint32_t events);

  bool acceptSome();
  void add(int socket);
  void endWaiting();
  void endOverdue();
  void end(Connection& connection);

  const Limits limits_;
  Load& load_;
  const Descriptor poll_;
  CompletionQueue completions_;
  Acceptor acceptor_;
  ConnectionTable connections_;
  Transmission transmission_;
  Dispatcher dispatcher_;
  Pipeline pipeline_;
  Lane::Exchanges answered_;
  bool retiring_ = false;

  std::atomic<bool> retired_ = false;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace token_service::front
