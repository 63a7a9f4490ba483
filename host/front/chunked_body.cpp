#include "front/chunked_body.hpp"

#include "front/characters.hpp"

#include <algorithm>

namespace token_service::front {
namespace {

constexpr std::size_t kMaxSizeDigits = 8;
// Of all chunks together.
constexpr std::size_t kMaxExtensionSize = 256;

}  // namespace

std::size_t ChunkedBody::maxCoding(std::size_t max_content) {
  static constexpr std::size_t kOfOneByte = std::string_view("1\r\n\r\n").size();
  static constexpr std::size_t kOfLast = std::string_view("00000000\r\n\r\n").size();
  return max_content * kOfOneByte + kOfLast + kMaxExtensionSize;
}

ChunkedBody::Progress ChunkedBody::read(std::string_view input) {
  Progress progress = Progress::NeedsMore;
  while (progress == Progress::NeedsMore && position_ < input.size()) {
    progress = readPart(input);
  }
  return progress;
}

void ChunkedBody::reset() {
  part_ = Part::Size;
  size_digits_ = 0;
  remaining_ = 0;
  extension_size_ = 0;
  coding_size_ = 0;
  content_.clear();
}

ChunkedBody::Progress ChunkedBody::readPart(std::string_view input) {
  if (part_ == Part::Data) {
    return readData(input);
  }
  if (++coding_size_ > max_coding_) {
    return refuse(Refusal::BodyTooLarge);
  }
  const char character = input[position_++];
  switch (part_) {
    case Part::Size:
      return readSize(character);
    case Part::Extension:
      return readExtension(character);
    case Part::SizeLineEnd:
      return expect(character, '\n', remaining_ == 0 ? Part::LastLine : Part::Data);
    case Part::DataEnd:
      return expect(character, '\r', Part::DataLineEnd);
    case Part::DataLineEnd:
      return expect(character, '\n', Part::Size);
    case Part::LastLine:
      return expect(character, '\r', Part::LastLineEnd);
    case Part::LastLineEnd:
      return character == '\n' ? Progress::Complete : refuse(Refusal::Malformed);
    case Part::Data:
      break;
  }
  return refuse(Refusal::Malformed);
}

ChunkedBody::Progress ChunkedBody::readSize(char character) {
  const int digit = hexValue(character);
  if (digit < 0) {
    part_ = character == '\r' ? Part::SizeLineEnd : Part::Extension;
    const bool is_end = character == '\r' || character == ';';
    return is_end && size_digits_ > 0 ? startChunk() : refuse(Refusal::Malformed);
  }
  if (++size_digits_ > kMaxSizeDigits) {
    return refuse(Refusal::Malformed);
  }
  remaining_ = remaining_ * 16 + static_cast<std::size_t>(digit);
  return Progress::NeedsMore;
}

ChunkedBody::Progress ChunkedBody::startChunk() {
  size_digits_ = 0;
  return remaining_ > max_content_ - content_.size() ? refuse(Refusal::BodyTooLarge)
                                                     : Progress::NeedsMore;
}

ChunkedBody::Progress ChunkedBody::readExtension(char character) {
  if (character == '\r') {
    part_ = Part::SizeLineEnd;
    return Progress::NeedsMore;
  }
  const bool is_allowed = isVisible(character) || isBlank(character);
  return is_allowed && ++extension_size_ <= kMaxExtensionSize ? Progress::NeedsMore
                                                              : refuse(Refusal::Malformed);
}

ChunkedBody::Progress ChunkedBody::readData(std::string_view input) {
  const std::string_view data = input.substr(position_, remaining_);
  content_.append(data);
  position_ += data.size();
  remaining_ -= data.size();
  part_ = remaining_ == 0 ? Part::DataEnd : Part::Data;
  return Progress::NeedsMore;
}

ChunkedBody::Progress ChunkedBody::expect(char character, char expected, Part next_part) {
  part_ = next_part;
  return character == expected ? Progress::NeedsMore : refuse(Refusal::Malformed);
}

ChunkedBody::Progress ChunkedBody::refuse(Refusal refusal) {
  refusal_ = refusal;
  return Progress::Refused;
}

}  // namespace token_service::front
