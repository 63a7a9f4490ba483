#include "front/request_head.hpp"

#include "front/characters.hpp"

#include <algorithm>

namespace token_service::front {
namespace {

// Longer than the name and version of any protocol that a client could mean.
constexpr std::size_t kMaxVersionSize = 16;

constexpr bool isOfVersion(char character) {
  return isTokenCharacter(character) || character == '/';
}

// Whether it is the name of some protocol and a version of it (RFC 9110, 2.5).
bool isProtocolVersion(std::string_view text) {
  static constexpr std::size_t kNumberSize = std::string_view("/1.1").size();
  if (text.size() <= kNumberSize) {
    return false;
  }
  const std::string_view number = text.substr(text.size() - kNumberSize);
  return isToken(text.substr(0, text.size() - kNumberSize)) && number[0] == '/' &&
         isDigit(number[1]) && number[2] == '.' && isDigit(number[3]);
}

}  // namespace

RequestHead::Step RequestHead::next(std::string_view input) {
  while (position_ < std::min(input.size(), begin_ + max_size_)) {
    const std::optional<Step> step = readPart(input.substr(0, begin_ + max_size_));
    if (step) {
      return *step;
    }
  }
  return position_ < begin_ + max_size_ ? Step::NeedsMore : refuse(Refusal::HeadTooLarge);
}

Field RequestHead::field(std::size_t index, std::string_view input) const {
  const FieldSpan& field = fields_[index];
  return {field.name.of(input), field.value.of(input)};
}

void RequestHead::reset() {
  begin_ = 0;
  position_ = 0;
  startPart(Part::EmptyLine);
  method_ = {};
  target_ = {};
  minor_version_ = 1;
  fields_.clear();
}

std::optional<RequestHead::Step> RequestHead::readPart(std::string_view input) {
  switch (part_) {
    case Part::EmptyLine:
      return readEmptyLine(input);
    case Part::EmptyLineEnd: {
      const std::optional<Step> refused = readLineFeed(input, Part::Method, Step::NeedsMore);
      begin_ = position_;
      return refused == Step::Refused ? refused : std::nullopt;
    }
    case Part::Method:
      return readMethod(input);
    case Part::Target:
      return readTarget(input);
    case Part::Version:
      return readVersion(input);
    case Part::RequestLineEnd:
      return readLineFeed(input, Part::FieldStart, Step::RequestLine);
    case Part::FieldStart:
      return readFieldStart(input);
    case Part::FieldName:
      return readFieldName(input);
    case Part::FieldValue:
      return readFieldValue(input);
    case Part::FieldLineEnd:
      return readLineFeed(input, Part::FieldStart, Step::FieldLine);
    case Part::HeadEnd:
      return readLineFeed(input, Part::HeadEnd, Step::End);
  }
  return refuse(Refusal::Malformed);
}

// Clients of old send an empty line after a body; one is let pass (RFC 9112, 2.2).
std::optional<RequestHead::Step> RequestHead::readEmptyLine(std::string_view input) {
  const bool is_empty_line = input[position_] == '\r';
  position_ += is_empty_line ? 1 : 0;
  startPart(is_empty_line ? Part::EmptyLineEnd : Part::Method);
  return std::nullopt;
}

std::optional<RequestHead::Step> RequestHead::readMethod(std::string_view input) {
  position_ = tokenEnd(input, position_);
  if (position_ - part_begin_ > kMaxMethodSize) {
    return refuse(Refusal::Malformed);
  }
  if (position_ == input.size()) {
    return std::nullopt;
  }
  if (input[position_] != ' ' || position_ == part_begin_) {
    return refuse(Refusal::Malformed);
  }
  method_ = partSpan();
  ++position_;
  startPart(Part::Target);
  return std::nullopt;
}

std::optional<RequestHead::Step> RequestHead::readTarget(std::string_view input) {
  const std::size_t end = std::min(input.size(), part_begin_ + kMaxTargetSize + 1);
  while (position_ < end && isVisible(input[position_])) {
    ++position_;
  }
  if (position_ - part_begin_ > kMaxTargetSize) {
    return refuse(Refusal::TargetTooLong);
  }
  if (position_ == input.size()) {
    return std::nullopt;
  }
  if (input[position_] != ' ' || position_ == part_begin_) {
    return refuse(Refusal::Malformed);
  }
  target_ = partSpan();
  ++position_;
  startPart(Part::Version);
  return std::nullopt;
}

std::optional<RequestHead::Step> RequestHead::readVersion(std::string_view input) {
  const std::size_t end = std::min(input.size(), part_begin_ + kMaxVersionSize + 1);
  while (position_ < end && isOfVersion(input[position_])) {
    ++position_;
  }
  if (position_ - part_begin_ > kMaxVersionSize) {
    return refuse(Refusal::Malformed);
  }
  if (position_ == input.size()) {
    return std::nullopt;
  }
  const std::string_view version = partSpan().of(input);
  if (input[position_] != '\r' || !isProtocolVersion(version)) {
    return refuse(Refusal::Malformed);
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return refuse(Refusal::VersionNotSupported);
  }
  minor_version_ = version.back() - '0';
  ++position_;
  startPart(Part::RequestLineEnd);
  return std::nullopt;
}

std::optional<RequestHead::Step> RequestHead::readFieldStart(std::string_view input) {
  const char first = input[position_];
  if (first == '\r') {
    ++position_;
    startPart(Part::HeadEnd);
    return std::nullopt;
  }
  if (!isTokenCharacter(first)) {
    return refuse(Refusal::Malformed);
  }
  if (fields_.size() == kMaxFields) {
    return refuse(Refusal::HeadTooLarge);
  }
  startPart(Part::FieldName);
  return std::nullopt;
}

std::optional<RequestHead::Step> RequestHead::readFieldName(std::string_view input) {
  position_ = tokenEnd(input, position_);
  if (position_ == input.size()) {
    return std::nullopt;
  }
  if (input[position_] != ':') {
    return refuse(Refusal::Malformed);
  }
  field_name_ = partSpan();
  ++position_;
  startPart(Part::FieldValue);
  return std::nullopt;
}

std::optional<RequestHead::Step> RequestHead::readFieldValue(std::string_view input) {
  const std::size_t line_end = std::min(input.find('\r', position_), input.size());
  if (!isFieldContent(input.substr(position_, line_end - position_))) {
    return refuse(Refusal::Malformed);
  }
  position_ = line_end;
  if (position_ == input.size()) {
    return std::nullopt;
  }
  const std::string_view value = trimmed(partSpan().of(input));
  fields_.push_back({field_name_,
                     {static_cast<std::uint32_t>(value.data() - input.data()),
                      static_cast<std::uint32_t>(value.size())}});
  ++position_;
  startPart(Part::FieldLineEnd);
  return std::nullopt;
}

std::optional<RequestHead::Step> RequestHead::readLineFeed(std::string_view input, Part next_part,
                                                           Step step) {
  if (input[position_] != '\n') {
    return refuse(Refusal::Malformed);
  }
  ++position_;
  startPart(next_part);
  return step;
}

RequestHead::Step RequestHead::refuse(Refusal refusal) {
  refusal_ = refusal;
  return Step::Refused;
}

void RequestHead::startPart(Part part) {
  part_ = part;
  part_begin_ = position_;
}

RequestHead::Span RequestHead::partSpan() const {
  return {static_cast<std::uint32_t>(part_begin_),
          static_cast<std::uint32_t>(position_ - part_begin_)};
}

}  // namespace token_service::front
