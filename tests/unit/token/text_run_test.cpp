#include "token/text_run.hpp"

#include <gtest/gtest.h>

#include <string>

namespace token_service::token {
namespace {

std::size_t letters(std::string_view text) {
  return runLength(text, [](unsigned char byte) { return byte == 'a'; });
}

TEST(TextRun, EndsAtTheFirstByteWithoutTheProperty) {
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string all(size, 'a');
    EXPECT_EQ(letters(all), size);
    for (std::size_t at = 0; at < size; ++at) {
      std::string text = all;
      text[at] = '\xff';
      EXPECT_EQ(letters(text), at);
    }
  }
}

TEST(TextRun, ReadsNothingBehindTheText) {
  const std::string text(64, 'a');
  EXPECT_EQ(letters(std::string_view(text).substr(0, 33)), 33U);
  EXPECT_EQ(letters({}), 0U);
}

}  // namespace
}  // namespace token_service::token
