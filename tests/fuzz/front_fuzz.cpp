#include "front/message_reader.hpp"
#include "property.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>

using token_service::front::Field;
using token_service::front::Message;
using token_service::front::MessageLimits;
using token_service::front::MessageReader;
using token_service::fuzz::require;
using Progress = MessageReader::Progress;

namespace {

// Small, so that inputs get to the limits.
constexpr MessageLimits kLimits{.max_head = 1024, .max_body = 64};

bool isVisible(char character) { return character > ' ' && character <= '~'; }

bool isIn(std::string_view part, std::string_view whole) {
  const std::less_equal<> not_after;
  return part.empty() || (not_after(whole.data(), part.data()) &&
                          not_after(part.data() + part.size(), whole.data() + whole.size()));
}

bool equalsLower(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::optional<std::string_view> onlyValue(const Message& message, std::string_view lower_name) {
  std::optional<std::string_view> value;
  for (const Field& field : message.fields) {
    if (equalsLower(field.name, lower_name)) {
      require(!value, "a field that frames the message is there once");
      value = field.value;
    }
  }
  return value;
}

bool isSame(const Message& left, const Message& right) {
  return left.method == right.method && left.target == right.target &&
         left.minor_version == right.minor_version && left.has_length == right.has_length &&
         left.keep_alive == right.keep_alive && left.body == right.body &&
         std::equal(
             left.fields.begin(), left.fields.end(), right.fields.begin(), right.fields.end(),
             [](const Field& a, const Field& b) { return a.name == b.name && a.value == b.value; });
}

void checkRequest(const Message& message) {
  require(!message.method.empty() && !message.target.empty(), "a request line is complete");
  require(std::all_of(message.method.begin(), message.method.end(), isVisible) &&
              std::all_of(message.target.begin(), message.target.end(), isVisible),
          "a request line is visible characters");
  require(message.minor_version == 0 || message.minor_version == 1, "a version is known");
  for (const Field& field : message.fields) {
    require(!field.name.empty() && std::all_of(field.name.begin(), field.name.end(), isVisible) &&
                field.name.find(':') == std::string_view::npos,
            "a name is visible characters");
    require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
            "a value is part of one line");
  }
  const auto host = onlyValue(message, "host");
  require(host || message.minor_version == 0, "there is a host");
  const auto length = onlyValue(message, "content-length");
  const auto coding = onlyValue(message, "transfer-encoding");
  require(!length || !coding, "there is one framing");
  require(message.has_length == (length || coding), "who frames a message says its length");
  require(!coding || (message.minor_version == 1 && equalsLower(*coding, "chunked")),
          "the only coding is chunked");
  require(message.body.size() <= kLimits.max_body, "bodies are within the limit");
  require(!length || std::stoull(std::string(*length)) == message.body.size(),
          "a body is as long as was said");
  require(message.has_length || message.body.empty(), "who says no length sends no body");
}

// As the reader understood it, in the plainest form.
std::string written(const Message& message) {
  std::string text = std::string(message.method) + " " + std::string(message.target) + " HTTP/1." +
                     std::to_string(message.minor_version) + "\r\n";
  for (const Field& field : message.fields) {
    text.append(field.name).append(": ");
    text.append(field.value).append("\r\n");
  }
  text += "\r\n";
  if (!onlyValue(message, "transfer-encoding")) {
    return text.append(message.body);
  }
  for (const char byte : message.body) {
    text.append("1\r\n").append(1, byte).append("\r\n");
  }
  return text + "0\r\n\r\n";
}

Progress readSplit(MessageReader& reader, std::string_view input, std::uint32_t seed,
                   std::unique_ptr<char[]>& bytes) {
  std::size_t size = 0;
  for (;;) {
    seed = seed * 1664525 + 1013904223;
    size = std::min(input.size(), size + (seed >> 24) % 23);
    auto moved = std::make_unique<char[]>(size);
    std::copy_n(input.begin(), size, moved.get());
    const Progress progress = reader.read({moved.get(), size});
    bytes = std::move(moved);
    if (size == input.size()) {
      return progress;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = token_service::fuzz::textOf(data, size);
  MessageReader whole(kLimits);
  const Progress progress = whole.read(input);
  const Message& message = whole.message();
  require(isIn(message.method, input), "a method is of the input");
  for (const Field& field : message.fields) {
    require(isIn(field.name, input) && isIn(field.value, input), "fields are of the input");
  }

  MessageReader split(kLimits);
  std::unique_ptr<char[]> bytes;
  const auto seed = static_cast<std::uint32_t>(std::hash<std::string_view>()(input));
  require(readSplit(split, input, seed, bytes) == progress, "pieces read like the whole");
  require(isSame(message, split.message()), "pieces say what the whole says");
  require(progress != Progress::Refused || whole.refusal() == split.refusal(),
          "pieces are refused like the whole");
  if (progress != Progress::Complete) {
    return 0;
  }

  require(whole.size() <= input.size() && whole.size() == split.size(),
          "a message ends within its input");
  checkRequest(message);
  MessageReader exact(kLimits);
  require(exact.read(input.substr(0, whole.size())) == Progress::Complete &&
              isSame(message, exact.message()),
          "what follows a message is no part of it");
  const std::string plain = written(message);
  MessageReader again(
      MessageLimits{.max_head = 4 * kLimits.max_head, .max_body = kLimits.max_body});
  require(again.read(plain) == Progress::Complete && again.size() == plain.size() &&
              isSame(message, again.message()),
          "what is written again reads as before");
  return 0;
}
