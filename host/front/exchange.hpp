#pragma once

#include "front/request.hpp"
#include "front/response.hpp"

#include <string>

namespace token_service::front {

class CompletionQueue;
struct Connection;

// A request with its response, on the way from a loop through a lane and back.
struct Exchange {
  Response response;
  Request request{response};
  // Stays where it is until the exchange is back.
  Connection* connection = nullptr;
  // Brings it back to the loop that has read the request.
  CompletionQueue* completions = nullptr;
  // Whether the connection ends with it.
  bool close = false;
  // The response as it goes over the wire.
  std::string bytes;

  // Writes `bytes`, of what a handler has answered.
  void finish();
};

}  // namespace token_service::front
