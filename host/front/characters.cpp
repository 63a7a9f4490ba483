#include "front/characters.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace token_service::front {
namespace {

// Eight bytes at a time: most of what comes are the values of long fields.
using Word = std::uint64_t;
constexpr Word kEach = 0x0101010101010101;
constexpr Word kHighBits = 0x80 * kEach;

Word wordAt(const char* text) {
  Word word = 0;
  std::memcpy(&word, text, sizeof(word));
  return word;
}

constexpr bool isContent(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return (byte >= ' ' && byte != 0x7f) || byte == '\t';
}

// Whether any byte is below the space, or is DEL. Borrows and carries run into other bytes only
// from one that is such, so the answer for the word is exact.
constexpr bool hasControl(Word word) {
  const Word delete_as_zero = word ^ (0x7f * kEach);
  const Word below_space = (word - ' ' * kEach) & ~word;
  const Word is_delete = (delete_as_zero - kEach) & ~delete_as_zero;
  return ((below_space | is_delete) & kHighBits) != 0;
}

constexpr char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character | 0x20) : character;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && isBlank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

bool isFieldContent(std::string_view text) {
  while (text.size() >= sizeof(Word)) {
    if (hasControl(wordAt(text.data())) &&
        !std::all_of(text.begin(), text.begin() + sizeof(Word), isContent)) {
      return false;
    }
    text.remove_prefix(sizeof(Word));
  }
  return std::all_of(text.begin(), text.end(), isContent);
}

bool hasObsText(std::string_view text) {
  Word bits = 0;
  while (text.size() >= sizeof(Word)) {
    bits |= wordAt(text.data());
    text.remove_prefix(sizeof(Word));
  }
  for (const char character : text) {
    bits |= static_cast<unsigned char>(character);
  }
  return (bits & kHighBits) != 0;
}

bool equalsIgnoringCase(std::string_view left, std::string_view right) {
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace token_service::front
