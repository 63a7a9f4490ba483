#pragma once

#include "front/connection_table.hpp"
#include "front/dispatcher.hpp"
#include "front/limits.hpp"
#include "front/message_reader.hpp"
#include "front/transmission.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace token_service::front {

// Takes the requests of a connection one after the other out of what the client has sent, and has
// them dispatched; the next one only when the one before it is answered. Used by the loop's thread
// alone.
class Pipeline {
 public:
  Pipeline(const Limits& limits, ConnectionTable& connections, Transmission& transmission,
           Dispatcher& dispatcher);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Serves what is there, until the connection waits for something again or others have their turn.
  void proceed(Connection& connection);

 private:
  bool receive(Connection& connection, std::string_view& input);
  void endOfInput(Connection& connection);
  std::size_t serve(Connection& connection, std::string_view input, int& requests);
  void await(Connection& connection, MessageReader::Progress progress);
  void keep(Connection& connection, std::string_view rest);

  const Limits& limits_;
  ConnectionTable& connections_;
  Transmission& transmission_;
  Dispatcher& dispatcher_;
  // For a connection that has none of its own.
  std::unique_ptr<MessageReader> reader_;
};

}  // namespace token_service::front
