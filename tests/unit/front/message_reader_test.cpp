#include "front/message_reader.hpp"

#include <gtest/gtest.h>

namespace token_service::front {
namespace {

using Progress = MessageReader::Progress;

TEST(MessageReader, ReadsARequest) {
  MessageReader reader{MessageLimits{}};
  const std::string request = "POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  ASSERT_EQ(reader.read(request), Progress::Complete);
  EXPECT_EQ(reader.message().method, "POST");
  EXPECT_EQ(reader.message().target, "/a?b");
  EXPECT_EQ(reader.message().body, "abc");
  EXPECT_EQ(reader.size(), request.size());
}

}  // namespace
}  // namespace token_service::front
