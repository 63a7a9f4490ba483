#include "http/timestamp.hpp"

#include <gtest/gtest.h>

namespace token_service::http {
namespace {

std::string of(std::int64_t seconds) {
  return timestamp(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
}

TEST(Timestamp, IsUtcToTheSecond) {
  EXPECT_EQ(of(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(of(1'700'000'000), "2023-11-14T22:13:20Z");
  EXPECT_EQ(of(1'709'164'799), "2024-02-28T23:59:59Z");
  EXPECT_EQ(of(1'709'164'800), "2024-02-29T00:00:00Z");
  EXPECT_EQ(of(4'102'444'799), "2099-12-31T23:59:59Z");
}

}  // namespace
}  // namespace token_service::http
