#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// base64url without padding, RFC 4648 section 5 as RFC 7515 section 2 uses it.
namespace token_service::sdk::base64url {

inline constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Of each character of the alphabet its place there, of all others 255.
inline constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(255);
  for (std::size_t index = 0; index < kAlphabet.size(); ++index) {
    values[static_cast<unsigned char>(kAlphabet[index])] = static_cast<std::uint8_t>(index);
  }
  return values;
}();

/// Appends the encoding of `bytes` to `out`.
inline void encode(std::string_view bytes, std::string& out) {
  const auto at = [from = bytes.data()](std::size_t index) {
    return std::uint32_t{static_cast<unsigned char>(from[index])};
  };
  const std::size_t start = out.size();
  out.resize(start + (bytes.size() * 4 + 2) / 3);
  char* next = out.data() + start;
  const auto put = [&next, alphabet = kAlphabet.data()](std::uint32_t group, int characters) {
    for (int shift = 18; characters > 0; --characters, shift -= 6) {
      *next++ = alphabet[(group >> shift) & 0x3f];
    }
  };
  std::size_t index = 0;
  for (; index + 3 <= bytes.size(); index += 3) {
    put(at(index) << 16 | at(index + 1) << 8 | at(index + 2), 4);
  }
  if (bytes.size() - index == 1) {
    put(at(index) << 16, 2);
  } else if (bytes.size() - index == 2) {
    put(at(index) << 16 | at(index + 1) << 8, 3);
  }
}

inline std::string encode(std::string_view bytes) {
  std::string out;
  encode(bytes, out);
  return out;
}

/// The size of what a text of that size decodes to, if it decodes.
constexpr std::size_t decodedSize(std::size_t text_size) {
  return text_size / 4 * 3 + text_size % 4 * 3 / 4;
}

/// Writes the bytes to `out`, which has room for `decodedSize(text.size())`. False unless `text` is
/// exactly what `encode` makes of them: no padding, no white space, no other alphabet, no unused
/// bits set.
inline bool decode(std::string_view text, char* out) {
  const std::size_t rest = text.size() % 4;
  if (rest == 1) {
    return false;
  }
  // Beyond 63 once a character was not one of ours.
  std::uint32_t seen = 0;
  std::size_t index = 0;
  const auto take = [&] {
    const std::uint32_t value = kValues[static_cast<unsigned char>(text.data()[index++])];
    seen |= value;
    return value & 0x3f;
  };
  const auto put = [&out](std::uint32_t bits) { *out++ = static_cast<char>(bits & 0xff); };
  while (index + 4 <= text.size()) {
    std::uint32_t group = take() << 18;
    group |= take() << 12;
    group |= take() << 6;
    group |= take();
    put(group >> 16);
    put(group >> 8);
    put(group);
  }
  std::uint32_t unused = 0;
  if (rest > 0) {
    std::uint32_t group = take() << 18;
    group |= take() << 12;
    put(group >> 16);
    unused = group & 0xffff;
    if (rest == 3) {
      group |= take() << 6;
      put(group >> 8);
      unused = group & 0xff;
    }
  }
  return seen < 64 && unused == 0;
}

/// The bytes, or none, as above.
inline std::optional<std::string> decode(std::string_view text) {
  std::string bytes(decodedSize(text.size()), '\0');
  return decode(text, bytes.data()) ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace token_service::sdk::base64url
