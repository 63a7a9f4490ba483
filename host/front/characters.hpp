#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace token_service::front {

// The characters of which a message is made (RFC 9110, 5.5 and 5.6), whatever the locale.

inline constexpr std::array<bool, 256> kTokenCharacters = [] {
  std::array<bool, 256> table{};
  for (const char character : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                               "abcdefghijklmnopqrstuvwxyz")) {
    table[static_cast<unsigned char>(character)] = true;
  }
  return table;
}();

constexpr bool isTokenCharacter(char character) {
  return kTokenCharacters[static_cast<unsigned char>(character)];
}

constexpr bool isVisible(char character) { return character > ' ' && character < '\x7f'; }

constexpr bool isBlank(char character) { return character == ' ' || character == '\t'; }

constexpr bool isDigit(char character) { return character >= '0' && character <= '9'; }

// The value of a hexadecimal digit, or a negative one if it is none.
constexpr int hexValue(char character) {
  if (isDigit(character)) {
    return character - '0';
  }
  if (character >= 'a' && character <= 'f') {
    return character - 'a' + 10;
  }
  return character >= 'A' && character <= 'F' ? character - 'A' + 10 : -1;
}

// Where, from `from` on, the first byte is that is of no token.
inline std::size_t tokenEnd(std::string_view text, std::size_t from) {
  while (from < text.size() && isTokenCharacter(text[from])) {
    ++from;
  }
  return from;
}

inline bool isToken(std::string_view text) {
  return !text.empty() && tokenEnd(text, 0) == text.size();
}

// Without the white space around it.
std::string_view trimmed(std::string_view text);

// Whether a field value may hold these bytes: all but control characters, of which a tab is
// allowed.
bool isFieldContent(std::string_view text);

// Whether a byte is beyond ASCII.
bool hasObsText(std::string_view text);

bool equalsIgnoringCase(std::string_view left, std::string_view right);

// Each member of a list (RFC 9110, 5.6.1) without the white space around it. Members may be empty;
// of an empty list there is one.
template <typename Visit>
void forEachMember(std::string_view list, Visit visit) {
  std::size_t comma = list.find(',');
  while (comma != std::string_view::npos) {
    visit(trimmed(list.substr(0, comma)));
    list.remove_prefix(comma + 1);
    comma = list.find(',');
  }
  visit(trimmed(list));
}

}  // namespace token_service::front
