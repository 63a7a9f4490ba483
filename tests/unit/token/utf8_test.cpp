#include "token/utf8.hpp"

#include <gtest/gtest.h>

namespace token_service::token {
namespace {

TEST(Utf8, TakesOneCodePointOffTheFront) {
  std::string_view text = "a\u00e9\u20ac\U0001F600";
  for (const char32_t expected : {U'a', U'\u00e9', U'\u20ac', U'\U0001F600'}) {
    EXPECT_EQ(takeCodePoint(text), expected);
  }
  EXPECT_TRUE(text.empty());
  EXPECT_FALSE(takeCodePoint(text));
}

TEST(Utf8, LeavesTheTextWhenItDoesNotStartWithUtf8) {
  std::string_view text = "\xc3(";
  EXPECT_FALSE(takeCodePoint(text));
  EXPECT_EQ(text, "\xc3(");
}

TEST(Utf8, EveryCodePointComesBack) {
  for (char32_t code_point = 0; code_point <= 0x110000; ++code_point) {
    std::string text;
    appendUtf8(code_point, text);
    std::string_view rest = text;
    const bool valid = code_point <= 0x10ffff && (code_point < 0xd800 || code_point > 0xdfff);
    ASSERT_EQ(takeCodePoint(rest), valid ? std::optional(code_point) : std::nullopt)
        << std::uint32_t{code_point};
  }
}

TEST(Utf8, RefusesWhatRfc3629Refuses) {
  for (const char* text : {"\x80",
                           "\xbf",
                           "\xc0\x80",
                           "\xc1\xbf",
                           "\xe0\x80\x80",
                           "\xe0\x9f\xbf",
                           "\xf0\x80\x80\x80",
                           "\xf0\x8f\xbf\xbf",
                           "\xed\xa0\x80",
                           "\xed\xbf\xbf",
                           "\xf4\x90\x80\x80",
                           "\xf5\x80\x80\x80",
                           "\xf8\x88\x80\x80\x80",
                           "\xfc\x84\x80\x80\x80\x80",
                           "\xfe",
                           "\xff",
                           "\xc3",
                           "\xe2\x82",
                           "\xf0\x9f\x98",
                           "ok\xff",
                           "\xc3\xc3\xa9"}) {
    EXPECT_FALSE(isUtf8(text));
  }
  EXPECT_TRUE(isUtf8(""));
  EXPECT_TRUE(isUtf8(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace token_service::token
