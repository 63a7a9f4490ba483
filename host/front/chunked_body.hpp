#pragma once

#include "front/message.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace token_service::front {

// Takes the chunked coding off a body (RFC 9112, 7.1), as it comes. Extensions are ignored while
// they are short; trailer fields are refused, since none is defined that would be safe to obey.
class ChunkedBody {
 public:
  enum class Progress { NeedsMore, Complete, Refused };

  explicit ChunkedBody(std::size_t max_content)
      : max_content_(max_content), max_coding_(maxCoding(max_content)) {}

  // Where in the input the body begins.
  void start(std::size_t position) { position_ = position; }

  // `input`: everything since the message's first byte.
  Progress read(std::string_view input);

  std::string_view content() const { return content_; }

  // The offset of the first byte after the body (Complete).
  std::size_t end() const { return position_; }

  // Why (Refused).
  Refusal refusal() const { return refusal_; }

  // For the next body.
  void reset();

 private:
  enum class Part {
    Size,
    Extension,
    SizeLineEnd,
    Data,
    DataEnd,
    DataLineEnd,
    LastLine,
    LastLineEnd
  };

  // As much as is needed for chunks of one byte each, a last chunk and extensions.
  static std::size_t maxCoding(std::size_t max_content);

  // Reads on within the part. There is at least one byte to read.
  Progress readPart(std::string_view input);
  Progress readSize(char character);
  Progress startChunk();
  Progress readExtension(char character);
  Progress readData(std::string_view input);
  Progress expect(char character, char expected, Part next_part);
  Progress refuse(Refusal refusal);

  std::size_t max_content_;
  std::size_t max_coding_;
  std::size_t position_ = 0;
  Part part_ = Part::Size;
  std::size_t size_digits_ = 0;
  // Of the chunk, what is still to come.
  std::size_t remaining_ = 0;
  std::size_t extension_size_ = 0;
  // Bytes that were not content.
  std::size_t coding_size_ = 0;
  std::string content_;
  Refusal refusal_ = Refusal::Malformed;
};

}  // namespace token_service::front
