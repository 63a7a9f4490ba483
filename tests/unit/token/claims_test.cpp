#include "token/claims.hpp"

#include "token/json.hpp"

#include <gtest/gtest.h>

#include <map>

namespace token_service::token {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

using Members = std::map<std::string, std::string>;

const Members kGood = {
    {"token_type", R"("access")"}, {"user_id", "7"},      {"jti", R"("j")"}, {"sid", R"("s")"},
    {"iat", "1700000000"},         {"exp", "1700000900"}, {"iss", R"("i")"}, {"sub", R"("7")"}};

std::string jsonOf(const Members& members) {
  std::string json;
  for (const auto& [name, value] : members) {
    json += (json.empty() ? "{\"" : ",\"") + name + "\":" + value;
  }
  return json + "}";
}

std::optional<Claims> parsedWith(const std::string& name, const std::string& value) {
  Members members = kGood;
  members[name] = value;
  return parseClaims(jsonOf(members));
}

std::optional<Claims> parsedWithout(const std::string& name) {
  Members members = kGood;
  members.erase(name);
  return parseClaims(jsonOf(members));
}

void expectRefused(const std::string& name, std::initializer_list<std::string> values) {
  for (const std::string& value : values) {
    EXPECT_FALSE(parsedWith(name, value)) << name << ": " << value;
  }
}

Claims sample() {
  Claims claims;
  claims.type = TokenType::Refresh;
  claims.user_id = 9223372036854775807;
  claims.jti = "jti-\u00e9";
  claims.sid = "sid";
  claims.iat = sys_seconds(seconds(1700000000));
  claims.exp = sys_seconds(seconds(253402300799));
  claims.iss = "an \"issuer\" with \\ and \n and \u20ac";
  claims.aud = {"aud \"1\""};
  return claims;
}

TEST(Claims, WhatIsEncodedIsRead) {
  const Claims claims = sample();
  const std::optional<Claims> read = parseClaims(encodeClaims(claims));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->type, claims.type);
  EXPECT_EQ(read->user_id, claims.user_id);
  EXPECT_EQ(read->jti, claims.jti);
  EXPECT_EQ(read->sid, claims.sid);
  EXPECT_EQ(read->iat, claims.iat);
  EXPECT_EQ(read->exp, claims.exp);
  EXPECT_EQ(read->iss, claims.iss);
  EXPECT_EQ(read->aud, claims.aud);
  EXPECT_FALSE(read->nbf);
}

TEST(Claims, AreThoseOfTheContract) {
  const auto object = parseJsonObject(encodeClaims(sample()));
  ASSERT_TRUE(object);
  EXPECT_EQ(object->find("token_type")->text, "refresh");
  EXPECT_EQ(object->find("user_id")->type, Json::Type::Number);
  EXPECT_EQ(object->find("sub")->text, "9223372036854775807");
  EXPECT_TRUE(object->find("sub")->isString());
  EXPECT_EQ(object->find("iat")->text, "1700000000");
  EXPECT_TRUE(object->find("aud")->isString());
  EXPECT_EQ(object->children.size(), 9U);
  Claims without_audience = sample();
  without_audience.aud.clear();
  EXPECT_EQ(parseJsonObject(encodeClaims(without_audience))->find("aud"), nullptr);
}

TEST(Claims, TypesHaveNames) {
  EXPECT_EQ(nameOf(TokenType::Access), "access");
  EXPECT_EQ(nameOf(TokenType::Refresh), "refresh");
}

TEST(Claims, ReadsTheGoodOnes) {
  EXPECT_TRUE(parseClaims(jsonOf(kGood)));
  EXPECT_TRUE(parsedWithout("sub"));
  EXPECT_TRUE(parsedWith("unknown", "[{}]"));
  EXPECT_EQ(parsedWith("nbf", "1700000000")->nbf, sys_seconds(seconds(1700000000)));
  EXPECT_EQ(parsedWith("aud", R"("a")")->aud, std::vector<std::string>{"a"});
  EXPECT_EQ(parsedWith("aud", R"(["a","b"])")->aud, (std::vector<std::string>{"a", "b"}));
}

TEST(Claims, NeedsEachOfThem) {
  for (const char* name : {"token_type", "user_id", "jti", "sid", "iat", "exp", "iss"}) {
    EXPECT_FALSE(parsedWithout(name)) << name;
    expectRefused(name, {"null"});
  }
}

TEST(Claims, RefusesWhatIsNotAnObject_T26) {
  for (const char* json : {"", "foo", "[]", "1", "null", "\"x\"", "{}", "[{}]"}) {
    EXPECT_FALSE(parseClaims(json)) << json;
  }
}

TEST(Claims, RefusesExpOfAWrongType_T40) {
  expectRefused("exp", {"null", R"("9999999999")", "true", "[]", "{}", "-1", "-0"});
}

// Zero is a time, long past: `verifyToken` refuses it.
TEST(Claims, ExpMayBeZero_T40) { EXPECT_EQ(parsedWith("exp", "0")->exp, sys_seconds()); }

TEST(Claims, RefusesExpOutOfRange_T41) {
  expectRefused("exp", {"1e300", "1e999", "18446744073709551616", "253402300800", "1.5", "1e9",
                        "1700000900.0", "9223372036854775807", "9007199254740993"});
  EXPECT_TRUE(parsedWith("exp", "253402300799"));
}

TEST(Claims, RefusesIatAndNbfOfAWrongTypeOrRange_T43) {
  for (const char* name : {"iat", "nbf"}) {
    expectRefused(name, {"null", R"("abc")", R"("1700000000")", "true", "[]", "{}", "-1", "1.5",
                         "1e9", "253402300800", "18446744073709551616"});
  }
}

TEST(Claims, RefusesIssuerAndAudienceOfAWrongType_T45) {
  expectRefused("iss", {"1", "true", "[]", R"(["i"])", "{}", R"("")"});
  expectRefused("aud", {"1", "true", "null", "{}", "[1]", R"(["a",1])", "[null]", R"([["a"]])"});
}

TEST(Claims, RefusesUserIdsThatAreNone_T46) {
  expectRefused("user_id", {R"("7")", "-1", "0", "9223372036854775808", "18446744073709551623",
                            "7.0", "7e0", "true", "[7]", "{}", std::string(10240, '7')});
}

TEST(Claims, RefusesJtiSidAndTypeOfAWrongType_T47) {
  for (const char* name : {"jti", "sid", "token_type"}) {
    expectRefused(name, {"1", "true", "[]", "{}", R"("")"});
  }
  expectRefused("token_type", {R"("Access")", R"("id")", R"("access ")", R"("access\u0000")"});
}

TEST(Claims, RefusesRepeatedNames_T47) {
  const std::string json = jsonOf(kGood);
  EXPECT_FALSE(parseClaims(json.substr(0, json.size() - 1) + ",\"exp\":1700000900}"));
  EXPECT_FALSE(parseClaims(json.substr(0, json.size() - 1) + ",\"e\\u0078p\":1700000900}"));
}

TEST(Claims, SubIsTheUserWherePresent) {
  expectRefused("sub", {R"("8")", "7", R"("07")", R"("")", "null", R"(["7"])"});
}

}  // namespace
}  // namespace token_service::token
