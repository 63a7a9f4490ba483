#include "http/percent_encoding.hpp"

#include <gtest/gtest.h>

namespace token_service::http {
namespace {

TEST(PercentEncoding, LeavesUnreservedCharactersAlone) {
  const std::string unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  EXPECT_EQ(percentEncoded(unreserved), unreserved);
  EXPECT_EQ(percentEncoded(""), "");
}

TEST(PercentEncoding, EncodesEveryOtherByte) {
  EXPECT_EQ(percentEncoded(" !\"#$%&'()*+,/:;<=>?@[\\]^`{|}"),
            "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C"
            "%7D");
  EXPECT_EQ(percentEncoded("Zo\xc3\xab \xf0\x9f\x8e\xae"), "Zo%C3%AB%20%F0%9F%8E%AE");
  EXPECT_EQ(percentEncoded(std::string_view("\0\r\n\x7f", 4)), "%00%0D%0A%7F");
}

}  // namespace
}  // namespace token_service::http
