#pragma once

#include "front/message_reader.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>

namespace token_service::front {

// What a connection waits for.
enum class Phase {
  Idle,       // the first byte of a request
  Head,       // the rest of its head
  Body,       // the rest of its body
  Served,     // its answer, from a lane
  Writing,    // the client, which has not taken the answer
  Lingering,  // the client, which should close its side: ours is closed
};

inline constexpr std::size_t kPhaseCount = 6;

// One connection, used by the thread of its loop alone. Between requests it holds no buffer.
struct Connection {
  int socket = -1;
  Phase phase = Phase::Head;
  std::chrono::steady_clock::time_point deadline;
  // Where it stands in the table's list of its phase.
  std::list<Connection>::iterator self;

  // Whether a read may give something.
  bool readable = false;
  // The client has closed its side, or all of it.
  bool hung_up = false;
  // The connection ends with the present response.
  bool last = false;
  // The client was asked for the body.
  bool continued = false;
  // Is in the table's list of those that have had their turn.
  bool postponed = false;

  // Bytes that no complete request has taken, and the reader that knows them up to some point.
  std::string input;
  std::unique_ptr<MessageReader> reader;

  // What the client has not taken yet.
  std::string output;
  // How much was read only to be thrown away.
  std::size_t discarded = 0;
};

// An assignment would keep the memory.
inline void release(std::string& buffer) { std::string().swap(buffer); }

}  // namespace token_service::front
