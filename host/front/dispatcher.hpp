#pragma once

#include "front/application.hpp"
#include "front/completion_queue.hpp"
#include "front/connection_table.hpp"
#include "front/exchange.hpp"
#include "front/lane.hpp"
#include "front/limits.hpp"
#include "front/load.hpp"
#include "front/transmission.hpp"

#include <array>
#include <memory>
#include <span>
#include <string>

namespace token_service::front {

// By LaneName.
using Lanes = std::array<std::unique_ptr<Lane>, 4>;

// Has requests answered: at once, in a lane, or with a refusal. Used by the loop's thread alone.
class Dispatcher {
 public:
  // What lanes have answered comes back through `completions`.
  Dispatcher(const Limits& limits, Application& application, Lanes& lanes, Load& load,
             CompletionQueue& completions, ConnectionTable& connections,
             Transmission& transmission);
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // A connection whose request is not answered at once is Served until `complete`.
  void dispatch(Connection& connection, const Message& message);

  // Hands to the lanes what was dispatched since the last call.
  void handOver();

  // Responds with what a lane has answered.
  void complete(const Exchange& exchange);

  // Answers a request that is not accepted, of which `message` holds what is known, and ends the
  // connection.
  void refuse(Connection& connection, Refusal reason, const Message& message);

  // Tells the client of a fresh connection to come again later.
  void turnAway(int socket);

 private:
  void prepare(const Message& message, std::span<const std::string> field_names, int socket);
  void enqueue(Connection& connection, LaneName lane);
  void answer(Connection& connection);

  const Limits& limits_;
  Application& application_;
  Lanes& lanes_;
  Load& load_;
  CompletionQueue& completions_;
  ConnectionTable& connections_;
  Transmission& transmission_;
  // For the next request.
  std::unique_ptr<Exchange> exchange_;
  // For the lanes, which get what one round has read together.
  std::array<Lane::Exchanges, std::tuple_size_v<Lanes>> read_;
};

}  // namespace token_service::front
