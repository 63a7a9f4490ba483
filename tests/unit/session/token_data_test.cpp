#include "session/token_data.hpp"

#include "token_service/sdk/host.hpp"

#include <gtest/gtest.h>

namespace token_service::session {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

TokenData sample() {
  TokenData data;
  data.refresh = {"refresh-jti", "kid \"1\"", sys_seconds(seconds(10)), sys_seconds(seconds(20))};
  data.access = {"access-jti", "kid-2", sys_seconds(seconds(11)), sys_seconds(seconds(19))};
  data.used_at = sys_seconds(seconds(12));
  data.retired = {{"retired-1", sdk::Time(std::chrono::milliseconds(11'001))},
                  {"retired-2", sdk::Time(std::chrono::milliseconds(12'345))}};
  data.client_id = "backend";
  data.client_ip = "2001:db8::1";
  data.user_agent = "A \"browser\" (\xc3\xa9)";
  return data;
}

void expectEqual(const TokenRecord& a, const TokenRecord& b) {
  EXPECT_EQ(a.jti, b.jti);
  EXPECT_EQ(a.kid, b.kid);
  EXPECT_EQ(a.iat, b.iat);
  EXPECT_EQ(a.exp, b.exp);
}

TEST(TokenData, WhatIsEncodedIsRead) {
  const std::optional<TokenData> read = parseTokenData(encodeTokenData(sample()));
  ASSERT_TRUE(read);
  expectEqual(read->refresh, sample().refresh);
  expectEqual(read->access, sample().access);
  EXPECT_EQ(read->used_at, sample().used_at);
  ASSERT_EQ(read->retired.size(), 2U);
  EXPECT_EQ(read->retired[0].jti, "retired-1");
  EXPECT_EQ(read->retired[1].jti, "retired-2");
  EXPECT_EQ(read->retired[1].at, sample().retired[1].at);
  EXPECT_EQ(read->client_id, sample().client_id);
  EXPECT_EQ(read->client_ip, sample().client_ip);
  EXPECT_EQ(read->user_agent, sample().user_agent);
}

TEST(TokenData, ReadsWhatAnEarlierVersionStored) {
  TokenData data = sample();
  data.retired.clear();
  data.client_id.clear();
  data.client_ip.clear();
  data.user_agent.clear();
  const std::string json = encodeTokenData(data);
  EXPECT_EQ(json.find("retired"), std::string::npos);
  EXPECT_EQ(json.find("client"), std::string::npos);
  const std::optional<TokenData> read = parseTokenData(json);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->retired.empty());
  EXPECT_EQ(read->client_ip, "");
}

TEST(TokenData, IgnoresUnknownMembers) {
  std::string json = encodeTokenData(sample());
  json.pop_back();
  EXPECT_TRUE(parseTokenData(json + R"(,"generation":{"x":[1]}})"));
}

TEST(TokenData, NeedsEveryMemberInItsType) {
  const std::string good = encodeTokenData(sample());
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string json = good;
    const std::size_t at = json.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return json.replace(at, from.size(), to);
  };
  for (const std::string& json :
       {std::string(), std::string("{}"), std::string("[]"), std::string("null"), good + ",",
        changed("\"used_at\":12", "\"used_at\":\"12\""), changed("\"used_at\":12", "\"u\":12"),
        changed("\"used_at\":12", "\"used_at\":1.2"), changed("\"iat\":10", "\"iat\":null"),
        changed("\"exp\":19", "\"exp\":true"), changed("\"refresh-jti\"", "7"),
        changed("\"kid-2\"", "null"), changed("\"refresh\"", "\"other\""),
        changed("\"access\"", "\"refresh\""), changed("\"at_ms\":11001", "\"at_ms\":\"11001\""),
        changed("\"retired-1\"", "1"), changed("\"backend\"", "{}"),
        changed("\"user_agent\":\"", "\"user_agent\":[],\"x\":\"")}) {
    EXPECT_FALSE(parseTokenData(json)) << json;
  }
}

}  // namespace
}  // namespace token_service::session
