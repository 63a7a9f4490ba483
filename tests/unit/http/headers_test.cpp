#include "http/bearer.hpp"
#include "http/cors.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace token_service::http {
namespace {

using Headers = std::vector<std::pair<std::string_view, std::string>>;

TEST(BearerToken, IsWhatFollowsTheSchemeAndOneSpace_A04) {
  for (const char* header :
       {"Bearer a.b-c_d~e+f/g=", "bearer a.b-c_d~e+f/g=", "BEARER a.b-c_d~e+f/g="}) {
    const std::optional<std::string> value = header;
    EXPECT_EQ(bearerToken(value), "a.b-c_d~e+f/g=") << header;
  }
}

TEST(BearerToken, IsMissingInEverythingElse_A01_A02_A03_A05_A06_A07) {
  EXPECT_FALSE(bearerToken(std::nullopt));
  for (const std::string header : {"",
                                   "Bearer",
                                   "Bearer ",
                                   "Bearer  x",
                                   "Bearer\tx",
                                   "Bearer x ",
                                   "Bearer \tx",
                                   " Bearer x",
                                   "Basic x",
                                   "Token x",
                                   "Bearerx",
                                   "Bearer: x",
                                   "Bearer a b",
                                   "Bearer a,b",
                                   "Bearer \"x\"",
                                   "Bearer x\r",
                                   "Bearer \xc3\xa9",
                                   "Bearer a;b",
                                   "Bearer {\"a\":1}",
                                   "=?UTF-8?B?QmVhcmVyIHh4?="}) {
    const std::optional<std::string> value = header;
    EXPECT_FALSE(bearerToken(value)) << header;
  }
  const std::optional<std::string> zero = std::string("Bearer a\0b", 10);
  EXPECT_FALSE(bearerToken(zero));
}

std::optional<std::string> header(const Response& response, std::string_view name) {
  const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                  [&](const auto& one) { return one.first == name; });
  return found == response.headers.end() ? std::nullopt : std::optional(found->second);
}

Response withHeaders(const Cors& cors, const std::optional<std::string>& origin) {
  Response response;
  cors.addHeaders(origin, response);
  return response;
}

TEST(Cors, SendsNothingUnlessAnOriginIsConfigured) {
  Response response;
  const Cors cors({});
  cors.addHeaders("https://a.example", response);
  cors.addPreflightHeaders("https://a.example", response);
  EXPECT_TRUE(response.headers.empty());
}

TEST(Cors, AllowsExactOrigins) {
  const Cors cors({"https://a.example", "http://localhost:5173"});
  EXPECT_EQ(header(withHeaders(cors, "https://a.example"), "Access-Control-Allow-Origin"),
            "https://a.example");
  EXPECT_EQ(header(withHeaders(cors, "http://localhost:5173"), "Access-Control-Allow-Origin"),
            "http://localhost:5173");
  for (const char* origin :
       {"https://b.example", "http://a.example", "https://a.example:443", "https://A.example",
        "https://a.example/", "https://a.example.evil", "null", "", "*"}) {
    const Response response = withHeaders(cors, origin);
    EXPECT_FALSE(header(response, "Access-Control-Allow-Origin")) << origin;
    EXPECT_EQ(header(response, "Vary"), "Origin");
  }
  EXPECT_FALSE(header(withHeaders(cors, std::nullopt), "Access-Control-Allow-Origin"));
  EXPECT_EQ(header(withHeaders(cors, std::nullopt), "Vary"), "Origin");
}

TEST(Cors, AStarAllowsAll) {
  const Cors cors({"*"});
  EXPECT_EQ(header(withHeaders(cors, "https://a.example"), "Access-Control-Allow-Origin"), "*");
  EXPECT_FALSE(header(withHeaders(cors, std::nullopt), "Access-Control-Allow-Origin"));
}

TEST(Cors, APreflightAllowsPostWithTwoHeadersAndNeverCredentials) {
  Response response;
  Cors({"https://a.example"}).addPreflightHeaders("https://a.example", response);
  EXPECT_EQ(header(response, "Access-Control-Allow-Methods"), "POST");
  EXPECT_EQ(header(response, "Access-Control-Allow-Headers"), "Authorization, Content-Type");
  EXPECT_FALSE(header(response, "Access-Control-Allow-Credentials"));
  Response refused;
  Cors({"https://a.example"}).addPreflightHeaders("https://b.example", refused);
  EXPECT_FALSE(header(refused, "Access-Control-Allow-Methods"));
}

}  // namespace
}  // namespace token_service::http
