#include "token/utf8.hpp"

#include "token/text_run.hpp"

namespace token_service::token {

std::optional<char32_t> takeCodePoint(std::string_view& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) {
    text.remove_prefix(1);
    return first;
  }
  std::size_t length = 0;
  char32_t least = 0;
  char32_t value = 0;
  if ((first & 0xe0) == 0xc0) {
    length = 2, least = 0x80, value = first & 0x1fU;
  } else if ((first & 0xf0) == 0xe0) {
    length = 3, least = 0x800, value = first & 0x0fU;
  } else if ((first & 0xf8) == 0xf0) {
    length = 4, least = 0x10000, value = first & 0x07U;
  }
  if (length == 0 || text.size() < length) {
    return std::nullopt;
  }
  for (std::size_t index = 1; index < length; ++index) {
    const auto next = static_cast<unsigned char>(text[index]);
    if ((next & 0xc0) != 0x80) {
      return std::nullopt;
    }
    value = (value << 6) | (next & 0x3fU);
  }
  if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
    return std::nullopt;
  }
  text.remove_prefix(length);
  return value;
}

bool isUtf8(std::string_view text) {
  while (true) {
    text.remove_prefix(runLength(text, [](unsigned char byte) { return byte < 0x80; }));
    if (text.empty()) {
      return true;
    }
    if (!takeCodePoint(text)) {
      return false;
    }
  }
}

void appendUtf8(char32_t code_point, std::string& out) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | (code_point >> 6));
    put(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    put(0xe0 | (code_point >> 12));
    put(0x80 | ((code_point >> 6) & 0x3f));
    put(0x80 | (code_point & 0x3f));
  } else {
    put(0xf0 | (code_point >> 18));
    put(0x80 | ((code_point >> 12) & 0x3f));
    put(0x80 | ((code_point >> 6) & 0x3f));
    put(0x80 | (code_point & 0x3f));
  }
}

}  // namespace token_service::token
