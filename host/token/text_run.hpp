#pragma once

#include <cstddef>
#include <string_view>

namespace token_service::token {

// How many bytes at the front of `text` all have the property `holds`, a function of one byte.
// Looks at sixteen at a time, which compilers turn into a few instructions.
template <typename Property>
std::size_t runLength(std::string_view text, Property holds) {
  constexpr std::size_t kBlock = 16;
  // By pointer: a checked index would keep the compiler from it.
  const char* const bytes = text.data();
  const auto at = [bytes](std::size_t index) { return static_cast<unsigned char>(bytes[index]); };
  std::size_t length = 0;
  for (; length + kBlock <= text.size(); length += kBlock) {
    unsigned char all = 1;
    for (std::size_t index = 0; index < kBlock; ++index) {
      all &= static_cast<unsigned char>(holds(at(length + index)));
    }
    if (all == 0) {
      break;
    }
  }
  while (length < text.size() && holds(at(length))) {
    ++length;
  }
  return length;
}

}  // namespace token_service::token
