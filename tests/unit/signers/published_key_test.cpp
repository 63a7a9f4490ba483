#include "conformance/published_key.hpp"

#include "conformance/flat_json.hpp"
#include "token_service/sdk/base64url.hpp"

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

std::string decoded(std::string_view text) { return sdk::base64url::decode(text).value(); }

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
  const std::string bytes = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const std::string signature = decoded(
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  EXPECT_TRUE(key->verifies("EdDSA", bytes, signature));
  EXPECT_FALSE(key->verifies("EdDSA", bytes + "x", signature));
  EXPECT_FALSE(key->verifies("ES256", bytes, signature));
  EXPECT_FALSE(key->verifies("none", bytes, signature));
}

TEST(PublishedKey, VerifiesRfc7515AppendixA3) {
  const auto key = read(
      R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
  ASSERT_TRUE(key);
  const std::string bytes =
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ";
  const std::string signature = decoded(
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  EXPECT_TRUE(key->verifies("ES256", bytes, signature));
  EXPECT_FALSE(key->verifies("ES256", bytes + "x", signature));
  EXPECT_FALSE(key->verifies("ES256", bytes, signature.substr(1)));
  EXPECT_FALSE(key->verifies("RS256", bytes, signature));
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
