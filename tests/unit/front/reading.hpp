#pragma once

#include "front/message_reader.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace token_service::front {

// What a reader made of some bytes, with nothing that leads into them.
struct Outcome {
  MessageReader::Progress progress = MessageReader::Progress::NeedsHead;
  std::optional<Refusal> refusal;
  std::size_t size = 0;
  std::string method;
  std::string target;
  int minor_version = 1;
  std::vector<std::pair<std::string, std::string>> fields;
  bool has_length = false;
  std::string body;
  bool keep_alive = true;

  bool operator==(const Outcome&) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out);

Outcome outcomeOf(const MessageReader& reader, MessageReader::Progress progress);

// All at once.
Outcome readWhole(std::string_view bytes, const MessageLimits& limits = {});

// In pieces that end at these offsets and at the end, each time somewhere else in memory.
Outcome readSplit(std::string_view bytes, const std::vector<std::size_t>& ends,
                  const MessageLimits& limits = {});

Outcome readInPieces(std::string_view bytes, std::size_t piece, const MessageLimits& limits = {});

// After how many bytes it was refused, if they come one by one.
std::optional<std::size_t> refusedAfter(std::string_view bytes, const MessageLimits& limits = {});

// A head, to which the fields are added, each with its line end.
std::string get(const std::string& fields = "");
std::string post(const std::string& fields, const std::string& body);

// A value of a field of the outcome, or none.
std::optional<std::string> valueOf(const Outcome& outcome, std::string_view name);

// The two ways of reading agree on the refusal, whatever comes after the bytes.
void expectRefused(const std::string& bytes, Refusal refusal, const MessageLimits& limits = {});

// The two ways of reading agree, and take all the bytes and none of what follows.
Outcome expectComplete(const std::string& bytes, const MessageLimits& limits = {});

}  // namespace token_service::front
