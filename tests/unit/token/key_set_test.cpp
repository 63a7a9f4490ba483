#include "token/key_set.hpp"

#include "test_signer.hpp"
#include "token/json.hpp"

#include <gtest/gtest.h>

namespace token_service::token {
namespace {

using namespace std::chrono_literals;
using host_test::keyPair;
using host_test::numberOf;
using host_test::publicJwk;
using host_test::TestSigner;

constexpr KeyRing::Rules kRules{15min, 0s};
constexpr sdk::Time kBase{1000h};

TEST(KeySet, HoldsEveryPublishedKeyWithItsIdAlgorithmAndUse) {
  TestSigner signer;
  signer.addHmac("hs", std::string(32, 's'))
      .add("rs", "RS256", keyPair("RSA-2048"))
      .add("es", "ES256", keyPair("P-256"), kBase + 1h);
  const std::optional<Json> set = parseJsonObject(keySet(KeyRing({&signer}, kRules), kBase - 999h));
  ASSERT_TRUE(set);
  const std::vector<Json>& keys = set->find("keys")->children;
  ASSERT_EQ(keys.size(), 2U) << "no secret, but keys that are published ahead";
  EXPECT_EQ(keys[0].find("kid")->text, "rs");
  EXPECT_EQ(keys[0].find("kty")->text, "RSA");
  EXPECT_EQ(keys[0].find("alg")->text, "RS256");
  EXPECT_EQ(keys[0].find("use")->text, "sig");
  EXPECT_EQ(keys[0].find("n")->text, numberOf(keyPair("RSA-2048"), "n"));
  EXPECT_EQ(keys[0].find("e")->text, "AQAB");
  EXPECT_EQ(keys[1].find("kid")->text, "es");
  EXPECT_EQ(keys[1].find("crv")->text, "P-256");
  EXPECT_TRUE(keys[1].find("x")->isString());
  EXPECT_TRUE(keys[1].find("y")->isString());
}

TEST(KeySet, LeavesOutWhatNoTokenNeedsAnyMore) {
  TestSigner signer;
  signer.add("old", "RS256", keyPair("RSA-2048")).add("new", "ES256", keyPair("P-256"), kBase);
  const KeyRing ring({&signer}, kRules);
  const sdk::Time end = kBase + 15min + kClockTolerance;
  EXPECT_NE(keySet(ring, end - 1ms).find("\"old\""), std::string::npos);
  EXPECT_EQ(keySet(ring, end).find("\"old\""), std::string::npos);
}

TEST(KeySet, PassesOnNothingButPublicMembers) {
  std::string jwk = publicJwk(keyPair("RSA-2048"));
  jwk.pop_back();
  TestSigner signer;
  signer.addRaw({"rs", "RS256", jwk + R"(,"note":"canary","use":"enc","kid":"x"})", {}, {}, false});
  const std::string set = keySet(KeyRing({&signer}, kRules), kBase);
  EXPECT_EQ(set.find("canary"), std::string::npos);
  EXPECT_NE(set.find(R"("kid":"rs")"), std::string::npos);
}

TEST(KeySet, IsEmptyForSymmetricKeys) {
  TestSigner signer("hs", std::string(32, 's'));
  EXPECT_EQ(keySet(KeyRing({&signer}, kRules), kBase), R"({"keys":[]})");
}

}  // namespace
}  // namespace token_service::token
