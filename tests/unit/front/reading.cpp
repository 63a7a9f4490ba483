#include "reading.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace token_service::front {
namespace {

using Progress = MessageReader::Progress;

constexpr std::string_view kNextRequest = "GET /marker HTTP/1.1\r\nHost: marker\r\n\r\n";

// So that a tool that watches memory sees every look before or after the bytes.
std::unique_ptr<char[]> copyOf(std::string_view bytes) {
  auto copy = std::make_unique<char[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  return copy;
}

// Small ones byte by byte.
std::size_t pieceFor(std::string_view bytes) { return bytes.size() < 1024 ? 1 : 997; }

}  // namespace

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << "progress " << static_cast<int>(outcome.progress) << ", refusal "
       << (outcome.refusal ? static_cast<int>(*outcome.refusal) : -1) << ", size " << outcome.size
       << ", " << outcome.method << " " << outcome.target << " HTTP/1." << outcome.minor_version
       << ", " << outcome.fields.size() << " fields, body of " << outcome.body.size();
}

Outcome outcomeOf(const MessageReader& reader, Progress progress) {
  const Message& message = reader.message();
  Outcome outcome;
  outcome.progress = progress;
  if (progress == Progress::Refused) {
    outcome.refusal = reader.refusal();
  }
  outcome.size = progress == Progress::Complete ? reader.size() : 0;
  outcome.method = message.method;
  outcome.target = message.target;
  outcome.minor_version = message.minor_version;
  for (const Field& field : message.fields) {
    outcome.fields.emplace_back(field.name, field.value);
  }
  outcome.has_length = message.has_length;
  outcome.body = message.body;
  outcome.keep_alive = message.keep_alive;
  return outcome;
}

Outcome readWhole(std::string_view bytes, const MessageLimits& limits) {
  return readSplit(bytes, {}, limits);
}

Outcome readSplit(std::string_view bytes, const std::vector<std::size_t>& ends,
                  const MessageLimits& limits) {
  MessageReader reader(limits);
  std::unique_ptr<char[]> last;
  for (const std::size_t end : ends) {
    auto copy = copyOf(bytes.substr(0, end));
    reader.read({copy.get(), end});
    last = std::move(copy);
  }
  const auto copy = copyOf(bytes);
  last.reset();
  const Progress progress = reader.read({copy.get(), bytes.size()});
  return outcomeOf(reader, progress);
}

Outcome readInPieces(std::string_view bytes, std::size_t piece, const MessageLimits& limits) {
  std::vector<std::size_t> ends;
  for (std::size_t end = piece; end < bytes.size(); end += piece) {
    ends.push_back(end);
  }
  return readSplit(bytes, ends, limits);
}

std::optional<std::size_t> refusedAfter(std::string_view bytes, const MessageLimits& limits) {
  MessageReader reader(limits);
  for (std::size_t end = 1; end <= bytes.size(); ++end) {
    if (reader.read(bytes.substr(0, end)) == Progress::Refused) {
      return end;
    }
  }
  return std::nullopt;
}

std::string get(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

std::string post(const std::string& fields, const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}

std::optional<std::string> valueOf(const Outcome& outcome, std::string_view name) {
  for (const auto& [field_name, value] : outcome.fields) {
    if (field_name == name) {
      return value;
    }
  }
  return std::nullopt;
}

void expectRefused(const std::string& bytes, Refusal refusal, const MessageLimits& limits) {
  SCOPED_TRACE(bytes.substr(0, 200));
  const std::string input = bytes + std::string(kNextRequest);
  const Outcome outcome = readWhole(input, limits);
  EXPECT_EQ(outcome.progress, Progress::Refused);
  EXPECT_EQ(outcome.refusal, refusal);
  EXPECT_EQ(readInPieces(input, pieceFor(input), limits), outcome);
}

Outcome expectComplete(const std::string& bytes, const MessageLimits& limits) {
  SCOPED_TRACE(bytes.substr(0, 200));
  const Outcome outcome = readWhole(bytes, limits);
  EXPECT_EQ(outcome.progress, Progress::Complete);
  EXPECT_EQ(outcome.size, bytes.size());
  EXPECT_EQ(readWhole(bytes + std::string(kNextRequest), limits), outcome);
  EXPECT_EQ(readInPieces(bytes, pieceFor(bytes), limits), outcome);
  return outcome;
}

}  // namespace token_service::front
