#include "front/pipeline.hpp"

#include <optional>
#include <string>
#include <utility>

namespace token_service::front {
namespace {

// Of one connection, before others have their turn.
constexpr int kMostRequests = 32;
constexpr int kMostReads = 4;

}  // namespace

Pipeline::Pipeline(const Limits& limits, ConnectionTable& connections, Transmission& transmission,
                   Dispatcher& dispatcher)
    : limits_(limits),
      connections_(connections),
      transmission_(transmission),
      dispatcher_(dispatcher),
      reader_(std::make_unique<MessageReader>(limits.message)) {}

void Pipeline::proceed(Connection& connection) {
  const auto reads = [&] {
    return connection.socket >= 0 && connection.phase <= Phase::Body && !connection.postponed;
  };
  int requests = kMostRequests;
  // What came behind a request that is answered now.
  if (reads() && connection.phase == Phase::Idle && !connection.input.empty()) {
    std::string input;
    input.swap(connection.input);
    keep(connection, std::string_view(input).substr(serve(connection, input, requests)));
  }
  for (int count = 0; reads() && connection.readable; ++count) {
    if (count == kMostReads) {
      connections_.postpone(connection);
      break;
    }
    std::string_view input;
    if (!receive(connection, input)) {
      return;
    }
    keep(connection, input.substr(serve(connection, input, requests)));
  }
  if (connection.phase == Phase::Lingering && connection.readable) {
    transmission_.discard(connection);
  }
}

// Gives all bytes that no request has taken yet, new ones among them. False if there are no new
// ones.
bool Pipeline::receive(Connection& connection, std::string_view& input) {
  const std::optional<std::string_view> received = transmission_.receive(connection);
  if (!received) {
    return false;
  }
  if (received->empty()) {
    endOfInput(connection);
    return false;
  }
  input = *received;
  if (!connection.input.empty()) {
    connection.input.append(input);
    input = connection.input;
  }
  return true;
}

void Pipeline::endOfInput(Connection& connection) {
  if (connection.reader) {
    dispatcher_.refuse(connection, Refusal::Malformed, connection.reader->message());
  } else {
    connections_.close(connection);
  }
}

// Gives how many bytes the requests in `input` took, of which it serves at most `requests`.
std::size_t Pipeline::serve(Connection& connection, std::string_view input, int& requests) {
  std::size_t used = 0;
  for (; used < input.size() && connection.phase <= Phase::Body; --requests) {
    if (requests == 0) {
      connections_.postpone(connection);
      break;
    }
    MessageReader& reader = connection.reader ? *connection.reader : *reader_;
    const MessageReader::Progress progress = reader.read(input.substr(used));
    if (progress == MessageReader::Progress::Refused) {
      dispatcher_.refuse(connection, reader.refusal(), reader.message());
      used = input.size();
    } else if (progress == MessageReader::Progress::Complete) {
      used += reader.size();
      dispatcher_.dispatch(connection, reader.message());
    } else {
      await(connection, progress);
      return used;
    }
    reader.reset();
    connection.reader.reset();
    connection.continued = false;
  }
  return used;
}

// The rest of a message has to come.
void Pipeline::await(Connection& connection, MessageReader::Progress progress) {
  if (!connection.reader) {
    connection.reader = std::exchange(reader_, std::make_unique<MessageReader>(limits_.message));
  }
  const Phase phase = progress == MessageReader::Progress::NeedsHead ? Phase::Head : Phase::Body;
  if (connection.phase != phase) {
    connections_.enter(connection, phase);
  }
  if (!connection.continued && connection.reader->expectsContinue()) {
    connection.continued = true;
    transmission_.sendContinue(connection);
  }
}

// `rest` is what the requests have left of the input, and may lead into what is kept already.
void Pipeline::keep(Connection& connection, std::string_view rest) {
  if (rest.empty() || connection.phase == Phase::Lingering) {
    release(connection.input);
  } else if (connection.input.empty()) {
    connection.input.assign(rest);
  } else {
    connection.input.erase(0, connection.input.size() - rest.size());
  }
  if (connection.reader) {
    // The receive buffer holds another client's bytes next.
    connection.reader->moveTo(connection.input);
  }
}

}  // namespace token_service::front
