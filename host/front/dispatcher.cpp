#include "front/dispatcher.hpp"

#include <utility>

namespace token_service::front {

Dispatcher::Dispatcher(const Limits& limits, Application& application, Lanes& lanes, Load& load,
                       CompletionQueue& completions, ConnectionTable& connections,
                       Transmission& transmission)
    : limits_(limits),
      application_(application),
      lanes_(lanes),
      load_(load),
      completions_(completions),
      connections_(connections),
      transmission_(transmission),
      exchange_(std::make_unique<Exchange>()) {}

void Dispatcher::dispatch(Connection& connection, const Message& message) {
  prepare(message, application_.fieldNames(), connection.socket);
  Exchange& exchange = *exchange_;
  connection.last = !message.keep_alive || load_.farewell;
  if (!message.has_length && application_.needsLength(exchange.request)) {
    refuse(connection, Refusal::LengthRequired, message);
    return;
  }
  const Placement placement = application_.placementOf(exchange.request);
  if (placement.at_once) {
    application_.atOnceHandler().handleRequest(exchange.request, exchange.response);
    if (exchange.response.sent()) {
      answer(connection);
      return;
    }
  }
  enqueue(connection, placement.lane);
}

void Dispatcher::enqueue(Connection& connection, LaneName lane) {
  Exchange& exchange = *exchange_;
  if (load_.requests.fetch_add(1, std::memory_order_relaxed) >= limits_.max_requests) {
    load_.requests.fetch_sub(1, std::memory_order_relaxed);
    application_.refuse(Refusal::Overloaded, exchange.request, exchange.response);
    answer(connection);
    return;
  }
  exchange.connection = &connection;
  exchange.completions = &completions_;
  exchange.close = connection.last;
  connections_.enter(connection, Phase::Served);
  read_[static_cast<std::size_t>(lane)].push_back(
      std::exchange(exchange_, std::make_unique<Exchange>()));
}

void Dispatcher::handOver() {
  for (std::size_t lane = 0; lane < read_.size(); ++lane) {
    if (!read_[lane].empty()) {
      lanes_[lane]->offer(std::exchange(read_[lane], {}));
    }
  }
}

void Dispatcher::complete(const Exchange& exchange) {
  load_.requests.fetch_sub(1, std::memory_order_relaxed);
  Connection& connection = *exchange.connection;
  connection.last = exchange.close;
  transmission_.respond(connection, exchange.bytes);
}

void Dispatcher::refuse(Connection& connection, Refusal reason, const Message& message) {
  prepare(message, application_.fieldNames(), connection.socket);
  application_.refuse(reason, exchange_->request, exchange_->response);
  connection.last = true;
  answer(connection);
}

void Dispatcher::turnAway(int socket) {
  prepare(Message(), {}, socket);
  exchange_->bytes.clear();
  application_.refuse(Refusal::Overloaded, exchange_->request, exchange_->response);
  exchange_->response.write(false, true, exchange_->bytes);
  Transmission::sendAtOnce(socket, exchange_->bytes);
}

void Dispatcher::prepare(const Message& message, std::span<const std::string> field_names,
                         int socket) {
  exchange_->response.reset();
  exchange_->request.assign(message, field_names, socket, connections_.now());
}

// Sends the response that was given at once.
void Dispatcher::answer(Connection& connection) {
  exchange_->close = connection.last;
  exchange_->finish();
  connection.last = exchange_->close;
  transmission_.respond(connection, exchange_->bytes);
}

}  // namespace token_service::front
