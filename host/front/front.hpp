#pragma once

#include "front/application.hpp"
#include "front/lane.hpp"
#include "front/limits.hpp"
#include "front/load.hpp"
#include "front/loop.hpp"

#include <Poco/Net/ServerSocket.h>

#include <chrono>
#include <memory>
#include <vector>

namespace token_service::front {

// Between the sockets and Poco's request handlers: accepts connections, reads requests, has them
// answered, and takes no part in what the answers are.
class Front {
 public:
  // Serves from then on. `application` outlives it. Throws std::system_error if it cannot have its
  // threads.
  Front(const Poco::Net::ServerSocket& listener, const Limits& limits, Application& application);
  // Waits for what runs in the lanes.
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // From now on each response ends its connection.
  void sayFarewell() { load_.farewell = true; }

  // Accepts no more connections and lets the requests that have begun finish.
  void retire();

  // After `retire`: whether they all have finished, at the latest at the limit.
  bool waitUntil(std::chrono::steady_clock::time_point limit);

 private:
  void endLoops();
  void addLane(LaneName name, std::size_t threads, std::size_t together,
               Lane::Scheduling scheduling);
  void serve(Lane::Exchanges exchanges);
  void serveTogether(const Lane::Exchanges& exchanges);
  void giveBack(Lane::Exchanges exchanges);

  Poco::Net::ServerSocket listener_;
  const Limits limits_;
  Application& application_;
  Load load_;
  // Threads of the lanes use the loops to the last.
  std::vector<std::unique_ptr<Loop>> loops_;
  Lanes lanes_;
};

}  // namespace token_service::front
