#include "conformance/published_key.hpp"

#include "conformance/flat_json.hpp"

#include <gtest/gtest.h>

namespace token_service::signers_test {
namespace {

using conformance::PublishedKey;
using conformance::readFlatJson;

std::optional<PublishedKey> read(std::string_view jwk) {
  std::string why;
  return PublishedKey::read(jwk, why);
}

std::string whyNot(std::string_view jwk) {
  std::string why;
  EXPECT_FALSE(PublishedKey::read(jwk, why));
  return why;
}

TEST(PublishedKey, ThumbprintOfRfc7638Section31) {
  const auto key = read(
      R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"})");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST(PublishedKey, VerifiesRfc8037AppendixA4) {
  const auto key =
      read(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

TEST(PublishedKey, RefusesWhatIsNoWholePublicKey) {
  EXPECT_EQ(whyNot(""), "it is not one JSON object with each member once");
  EXPECT_EQ(whyNot(R"({"kty":"RSA","kty":"RSA"})"),
            "it is not one JSON object with each member once");
  EXPECT_EQ(whyNot(R"({"kty":"oct","k":"c2VjcmV0"})"),
            "its kty and crv are none of RSA, EC with P-256, OKP with Ed25519");
  const std::string incomplete = "OpenSSL does not take its members for a public key";
  EXPECT_EQ(whyNot(R"({"kty":"RSA","e":"AQAB"})"), incomplete);
  EXPECT_EQ(whyNot(R"({"kty":"EC","crv":"P-256","x":"AQAB","y":"AQAB"})"), incomplete);
  EXPECT_EQ(whyNot(R"({"kty":"OKP","crv":"Ed25519","x":"AQAB"})"), incomplete);
}

TEST(FlatJson, ReadsTextsAndSkipsOtherValues) {
  const auto members = readFlatJson(
      R"( { "a" : "text" , "b":[1,{"c":"}"},[]] ,"d":{"e":null}, "f":-1.5e3, "g":true } )");
  ASSERT_TRUE(members);
  EXPECT_EQ(*members, (std::map<std::string, std::string, std::less<>>{
                          {"a", "text"}, {"b", ""}, {"d", ""}, {"f", ""}, {"g", ""}}));
  EXPECT_TRUE(readFlatJson("{}")->empty());
}

TEST(FlatJson, RefusesWhatIsNotOneObjectWithEachMemberOnce) {
  for (const char* json :
       {"", "[]", "null", "{", "{}{}", "{} x", R"({"a"})", R"({"a":})", R"({"a":"b",})",
        R"({"a":"b" "c":"d"})", R"({"a":"b","a":"c"})", R"({"a":"b)", R"({"a":[1})",
        R"({"a":{"b"}})", R"({"\u0064":"1"})", R"({"a":"\n"})"}) {
    EXPECT_FALSE(readFlatJson(json)) << json;
  }
}

}  // namespace
}  // namespace token_service::signers_test
