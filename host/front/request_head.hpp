#pragma once

#include "front/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace token_service::front {

// Reads the head of a request by the grammar of its lines (RFC 9112, 2.2, 3 and 5), without a
// thought to what the fields mean. Bytes are looked at once, as they come, and only those of the
// head.
class RequestHead {
 public:
  // What a call came to.
  enum class Step { NeedsMore, RequestLine, FieldLine, End, Refused };

  explicit RequestHead(std::size_t max_size) : max_size_(max_size) {}

  // Goes on to the end of a line, to be called until more is needed or the head has ended.
  // `input`: everything since the message's first byte.
  Step next(std::string_view input);

  // Why (Refused).
  Refusal refusal() const { return refusal_; }

  // Empty as long as they are not read to their end.
  std::string_view method(std::string_view input) const { return method_.of(input); }
  std::string_view target(std::string_view input) const { return target_.of(input); }
  int minorVersion() const { return minor_version_; }

  std::size_t fieldCount() const { return fields_.size(); }
  Field field(std::size_t index, std::string_view input) const;

  // The offset of the first byte that is not of the head (End).
  std::size_t size() const { return position_; }

  // For the next head.
  void reset();

 private:
  // The input moves while it grows, offsets stay.
  struct Span {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;

    std::string_view of(std::string_view input) const { return input.substr(begin, size); }
  };
  struct FieldSpan {
    Span name;
    Span value;
  };
  enum class Part {
    EmptyLine,
    EmptyLineEnd,
    Method,
    Target,
    Version,
    RequestLineEnd,
    FieldStart,
    FieldName,
    FieldValue,
    FieldLineEnd,
    HeadEnd,
  };

  // Reads on within the part, and tells if that ends a step. There is at least one byte to read.
  std::optional<Step> readPart(std::string_view input);
  std::optional<Step> readEmptyLine(std::string_view input);
  std::optional<Step> readMethod(std::string_view input);
  std::optional<Step> readTarget(std::string_view input);
  std::optional<Step> readVersion(std::string_view input);
  std::optional<Step> readFieldStart(std::string_view input);
  std::optional<Step> readFieldName(std::string_view input);
  std::optional<Step> readFieldValue(std::string_view input);
  std::optional<Step> readLineFeed(std::string_view input, Part next_part, Step step);

  Step refuse(Refusal refusal);
  void startPart(Part part);
  // From where the part began to here.
  Span partSpan() const;

  std::size_t max_size_;
  // Of the request line.
  std::size_t begin_ = 0;
  std::size_t position_ = 0;
  Part part_ = Part::EmptyLine;
  std::size_t part_begin_ = 0;
  Span method_;
  Span target_;
  int minor_version_ = 1;
  Span field_name_;
  std::vector<FieldSpan> fields_;
  Refusal refusal_ = Refusal::Malformed;
};

}  // namespace token_service::front
