#include "http/body.hpp"
#include "http/ip_address.hpp"
#include "http/user_id.hpp"

#include <gtest/gtest.h>

namespace token_service::http {
namespace {

Body bodyWith(const std::string& members) {
  Request request;
  request.content_type = "application/json";
  request.body = "{" + members + "}";
  Body body;
  EXPECT_EQ(Body::parse(request, body), std::nullopt) << members;
  return body;
}

Field<std::string> ipOf(const std::string& literal) {
  return bodyWith("\"client_ip\":" + literal).clientIp();
}

Field<std::string> agentOf(const std::string& literal) {
  return bodyWith("\"user_agent\":" + literal).userAgent();
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int count = 0; count < times; ++count) {
    all += text;
  }
  return all;
}

TEST(CanonicalIp, IsOneSpellingOfEachAddress) {
  EXPECT_EQ(canonicalIp("203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(canonicalIp("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
  EXPECT_EQ(canonicalIp("::FFFF:203.0.113.9"), "::ffff:203.0.113.9");
  EXPECT_EQ(canonicalIp("0:0::0"), "::");
  for (const std::string& other :
       {std::string(), std::string("203.0.113"), std::string("203.0.113.9 "),
        std::string("010.0.0.1"), std::string("::1%1"), std::string("[::1]"),
        std::string("127.0.0.1\0", 10), std::string("::1\0x", 5), std::string(5000, '1')}) {
    EXPECT_EQ(canonicalIp(other), std::nullopt) << other;
  }
}

TEST(ClientIp, IsALiteralOrMissing) {
  EXPECT_TRUE(bodyWith("").clientIp().missing());
  EXPECT_TRUE(ipOf("\"\"").missing());
  EXPECT_EQ(ipOf("\"::0001\"").value, "::1");
  EXPECT_TRUE(ipOf("null").missing());
  for (const char* literal : {"1", "true", "[]", "{}", "\"x\"", "\" \""}) {
    EXPECT_TRUE(ipOf(literal).invalid()) << literal;
    EXPECT_EQ(ipOf(literal).value, "") << literal;
  }
}

TEST(UserAgent, IsTextOrMissing) {
  EXPECT_TRUE(bodyWith("").userAgent().missing());
  EXPECT_TRUE(agentOf("\"\"").missing());
  EXPECT_TRUE(agentOf("null").missing());
  EXPECT_EQ(agentOf("\" \"").value, " ");
  EXPECT_EQ(agentOf("\"Game/1 (\\\"x\\\")\"").value, "Game/1 (\"x\")");
  for (const char* literal : {"1", "true", "[]", "{}", "\"\\u001f\"", "\"a\\tb\"", "\"\\u007f\"",
                              "\"\\u009f\"", "\"\\u0000\""}) {
    EXPECT_TRUE(agentOf(literal).invalid()) << literal;
    EXPECT_EQ(agentOf(literal).value, "") << literal;
  }
  EXPECT_EQ(agentOf("\"\\u00a0\"").value, "\xc2\xa0");
}

TEST(UserAgent, IsKeptUpTo512Characters) {
  for (const std::string character : {"x", "\xc3\xab", "\xe2\x82\xac", "\xf0\x9f\x8e\xae"}) {
    const std::string most = repeated(character, 512);
    EXPECT_EQ(agentOf('"' + most.substr(character.size()) + '"').value.size(),
              511 * character.size());
    EXPECT_EQ(agentOf('"' + most + '"').value, most);
    EXPECT_EQ(agentOf('"' + most + character + '"').value, most);
    EXPECT_EQ(agentOf('"' + most + most + '"').value, most);
    EXPECT_TRUE(agentOf('"' + most + "\\n\"").invalid()) << "what is cut off counts, too";
  }
}

TEST(UserIdOf, IsDigitsOnly) {
  EXPECT_EQ(userIdOf("1"), 1);
  EXPECT_EQ(userIdOf("007"), 7);
  EXPECT_EQ(userIdOf("9223372036854775807"), 9'223'372'036'854'775'807);
  for (const char* other : {"", "0", "-1", "+1", "1 ", " 1", "1.0", "1e3", "0x1", "abc", "%31",
                            "9223372036854775808", "-0"}) {
    EXPECT_EQ(userIdOf(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace token_service::http
