#include "token_service/sdk/base64url.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace token_service::sdk::base64url {
namespace {

TEST(Base64url, EncodesAndDecodesTheVectorsOfRfc4648) {
  const std::pair<std::string, std::string> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(encode(bytes), text);
    EXPECT_EQ(decode(text), bytes);
  }
}

// RFC 7515, appendix C.
TEST(Base64url, UsesTheUrlSafeAlphabet) {
  const std::string bytes = "\x03\xec\xff\xe0\xc1";
  EXPECT_EQ(encode(bytes), "A-z_4ME");
  EXPECT_EQ(decode("A-z_4ME"), bytes);
}

TEST(Base64url, EveryByteComesBack) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) {
    bytes.push_back(static_cast<char>(byte));
    EXPECT_EQ(decode(encode(bytes)), bytes);
  }
}

TEST(Base64url, EncodeAppends) {
  std::string out = "header.";
  encode("foo", out);
  EXPECT_EQ(out, "header.Zm9v");
}

// The straightforward way, bit by bit, for all lengths.
TEST(Base64url, IsWhatBitByBitGives) {
  std::mt19937 random(4648);
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(random()); });
    std::string expected;
    for (std::size_t bit = 0; bit < 8 * size; bit += 6) {
      unsigned value = 0;
      for (std::size_t place = bit; place < bit + 6; ++place) {
        const bool set = place < 8 * size &&
                         (static_cast<unsigned char>(bytes[place / 8]) >> (7 - place % 8)) % 2;
        value = 2 * value + (set ? 1 : 0);
      }
      expected.push_back(kAlphabet[value]);
    }
    EXPECT_EQ(encode(bytes), expected);
    EXPECT_EQ(decode(expected), bytes);
    EXPECT_EQ(decodedSize(expected.size()), size);
  }
}

TEST(Base64url, RefusesABadCharacterAtEveryPlace_T27) {
  for (std::size_t size = 0; size < 20; ++size) {
    const std::string good = encode(std::string(size, 'x'));
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (const char bad : {'=', '+', '/', ' ', '\n', '\0', '\x80', '\xff'}) {
        std::string text = good;
        text[at] = bad;
        EXPECT_FALSE(decode(text)) << size << " " << at;
      }
    }
  }
}

TEST(Base64url, RefusesPadding_T28) {
  for (const char* text : {"Zg==", "Zg=", "Zm8=", "Zm9v=", "=", "==", "===="}) {
    EXPECT_FALSE(decode(text)) << text;
  }
}

TEST(Base64url, RefusesWhatFollowsPadding_T29) {
  for (const char* text : {"Zm9v=X", "Zm9v==X", "Zm9v=!text", "Zm9v==!text", "Zg==Zg==", "Z=g="}) {
    EXPECT_FALSE(decode(text)) << text;
  }
}

TEST(Base64url, OneTextForEachBytes_T30) {
  for (const std::size_t size : {1U, 2U, 3U}) {
    std::set<std::string> accepted;
    const std::string canonical = encode(std::string(size, 'x'));
    for (const char last : kAlphabet) {
      std::string text = canonical;
      text.back() = last;
      if (const std::optional<std::string> bytes = decode(text)) {
        EXPECT_TRUE(accepted.insert(*bytes).second);
        EXPECT_EQ(encode(*bytes), text);
      }
    }
    // 6 bits of the last character count, or 2, or 4.
    EXPECT_EQ(accepted.size(), size == 1 ? 4U : size == 2 ? 16U : 64U);
  }
}

TEST(Base64url, RefusesTheOtherAlphabet_T31) {
  EXPECT_FALSE(decode("A+z_4ME"));
  EXPECT_FALSE(decode("A-z/4ME"));
}

TEST(Base64url, RefusesAnImpossibleLength_T32) {
  for (const char* text : {"A", "Zm9vA", "AAAAAAAAA"}) {
    EXPECT_FALSE(decode(text)) << text;
  }
}

TEST(Base64url, RefusesEveryByteOutsideTheAlphabet_T27) {
  for (int byte = 0; byte < 256; ++byte) {
    const char character = static_cast<char>(byte);
    const bool known = kAlphabet.find(character) != std::string_view::npos;
    EXPECT_EQ(decode(std::string{'A', character, 'A', 'A'}).has_value(), known) << byte;
  }
}

}  // namespace
}  // namespace token_service::sdk::base64url
