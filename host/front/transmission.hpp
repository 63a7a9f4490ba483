#pragma once

#include "front/application.hpp"
#include "front/connection_table.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace token_service::front {

// Moves the bytes of connections: takes what clients send, has them take what they are sent, and
// ends connections so that responses still arrive. What the bytes mean is not its concern. Used by
// the loop's thread alone; never waits.
class Transmission {
 public:
  // `application` is told of connections that were lost.
  Transmission(Application& application, ConnectionTable& connections);
  Transmission(const Transmission&) = delete;
  Transmission& operator=(const Transmission&) = delete;

  // New bytes, valid until the next call; no bytes if the client has closed its side. None if there
  // is nothing now, or the connection was lost.
  std::optional<std::string_view> receive(Connection& connection);

  // Sends a response, then waits for the next request, or ends the connection if it was the last.
  void respond(Connection& connection, std::string_view bytes);
  // Goes on with a response that the client did not take at once.
  void flush(Connection& connection);
  // Asks for the body.
  void sendContinue(Connection& connection);
  // What does not go out at once is lost.
  static void sendAtOnce(int socket, std::string_view bytes);

  // Closes our side, and all of it once the client has closed its own.
  void linger(Connection& connection);
  // While it lingers: throws away what has come.
  void discard(Connection& connection);
  // Ends a connection whose client does not take the response.
  void reset(Connection& connection);

 private:
  void onResponded(Connection& connection);
  void abort(Connection& connection, int error);

  Application& application_;
  ConnectionTable& connections_;
  std::vector<char> buffer_;
};

}  // namespace token_service::front
