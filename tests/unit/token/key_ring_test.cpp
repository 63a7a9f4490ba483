#include "token/key_ring.hpp"

#include "fixed_clock.hpp"
#include "test_signer.hpp"
#include "token_service/sdk/base64url.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace token_service::token {
namespace {

using host_test::keyPair;
using host_test::publicJwk;
using host_test::soon;
using host_test::TestSigner;
using std::chrono::milliseconds;

const std::string kSecret(32, 's');
constexpr sdk::Time kNow{milliseconds(1'000)};
constexpr KeyRing::Rules kRules{std::chrono::minutes(15), std::chrono::seconds(0)};

std::string refusal(const std::vector<sdk::Signer*>& signers) {
  try {
    const KeyRing ring(signers, kRules);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(KeyRing, FindsEveryKeyByItsKidToTheLetter) {
  TestSigner first;
  first.addHmac("hs", kSecret).add("rs", "RS256", keyPair("RSA-2048"));
  TestSigner second;
  second.add("es", "ES256", keyPair("P-256"));
  const KeyRing ring({&first, &second}, kRules);
  EXPECT_EQ(ring.find("hs", kNow)->signer, &first);
  EXPECT_FALSE(ring.find("hs", kNow)->public_key);
  EXPECT_EQ(ring.find("rs", kNow)->signer, &first);
  EXPECT_TRUE(ring.find("rs", kNow)->public_key);
  EXPECT_EQ(ring.find("es", kNow)->signer, &second);
  for (const char* kid : {"", "HS", "h", "hs ", "../../dev/null", "' OR 1=1"}) {
    EXPECT_EQ(ring.find(kid, kNow), nullptr) << kid;
  }
}

TEST(KeyRing, TheNewestKeyWhoseTimeHasComeSigns) {
  const sdk::Time base{milliseconds(1'000'000)};
  TestSigner signer;
  signer.addHmac("old", kSecret, base)
      .addHmac("next", kSecret, base + milliseconds(100))
      .addHmac("ancient", kSecret, base - milliseconds(100));
  const KeyRing ring({&signer}, kRules);
  EXPECT_EQ(ring.signing(base - milliseconds(1)).key.kid, "ancient");
  EXPECT_EQ(ring.signing(base).key.kid, "old");
  EXPECT_EQ(ring.signing(base + milliseconds(99)).key.kid, "old");
  EXPECT_EQ(ring.signing(base + milliseconds(100)).key.kid, "next");
}

TEST(KeyRing, AKeyVerifiesUntilTheLastTokenItSignedHasExpired_P14) {
  const sdk::Time base{milliseconds(1'000'000)};
  TestSigner signer;
  signer.addHmac("old", kSecret).addHmac("new", kSecret, base);
  const KeyRing ring({&signer}, kRules);
  const sdk::Time end = base + kRules.token_lifetime + kClockTolerance;
  for (const sdk::Time now : {sdk::Time(), base, end - milliseconds(1)}) {
    EXPECT_NE(ring.find("old", now), nullptr);
    EXPECT_NE(ring.find("new", now), nullptr) << "published ahead: another replica may sign";
  }
  EXPECT_EQ(ring.find("old", end), nullptr);
  EXPECT_NE(ring.find("new", end + std::chrono::hours(1'000'000)), nullptr);
}

TEST(KeyRing, OnlyTheFirstSignerSigns) {
  TestSigner first;
  first.addHmac("first", kSecret, sdk::Time(milliseconds(1)));
  TestSigner second;
  second.addHmac("second", kSecret, sdk::Time(milliseconds(2)));
  EXPECT_EQ(KeyRing({&first, &second}, kRules).signing(sdk::Time(milliseconds(5))).key.kid,
            "first");
}

TEST(KeyRing, IsUnavailableWhileNoKeyMaySign) {
  TestSigner first;
  first.addHmac("later", kSecret, sdk::Time(milliseconds(10)));
  TestSigner second;
  second.addHmac("other", kSecret);
  const KeyRing ring({&first, &second}, kRules);
  try {
    ring.signing(sdk::Time(milliseconds(9)));
    FAIL();
  } catch (const sdk::Error& error) {
    EXPECT_EQ(error.code(), sdk::ErrorCode::Unavailable);
  }
}

TEST(KeyRing, RefusesTwoKeysWithOneKidAndNamesIt) {
  TestSigner twice;
  twice.addHmac("same-kid", kSecret).addHmac("same-kid", kSecret);
  EXPECT_NE(refusal({&twice}).find("same-kid"), std::string::npos);
  TestSigner first;
  first.addHmac("same-kid", kSecret);
  TestSigner second;
  second.add("same-kid", "RS256", keyPair("RSA-2048"));
  EXPECT_NE(refusal({&first, &second}).find("same-kid"), std::string::npos);
}

TEST(KeyRing, RefusesAnAsymmetricKeyThatIsNotPublished) {
  for (const char* algorithm : {"RS256", "ES256", "EdDSA", "none", ""}) {
    TestSigner signer;
    signer.addRaw({"my-kid", algorithm, std::nullopt, {}, {}, false});
    EXPECT_NE(refusal({&signer}).find("my-kid"), std::string::npos) << algorithm;
  }
}

TEST(KeyRing, RefusesAPublishedKeyThatIsNotFit) {
  for (const auto& [algorithm, jwk] : {std::pair<std::string, std::string>{"RS256", "{}"},
                                       {"RS256", publicJwk(keyPair("P-256"))},
                                       {"HS256", publicJwk(keyPair("RSA-2048"))},
                                       {"none", publicJwk(keyPair("RSA-2048"))}}) {
    TestSigner signer;
    signer.addRaw({"my-kid", algorithm, jwk, {}, {}, false});
    EXPECT_NE(refusal({&signer}).find("my-kid"), std::string::npos) << algorithm;
  }
}

TEST(KeyRing, HeadersAreAlgKidAndTyp) {
  TestSigner signer;
  signer.addHmac("a \"kid\"", kSecret);
  const KeyRing ring({&signer}, kRules);
  EXPECT_EQ(sdk::base64url::decode(ring.find("a \"kid\"", kNow)->header_segments[0]),
            R"({"alg":"HS256","kid":"a \"kid\"","typ":"JWT"})");
  EXPECT_EQ(sdk::base64url::decode(ring.entries().front().header_segments[1]),
            R"({"alg":"HS256","kid":"a \"kid\"","typ":"at+jwt"})");
}

TEST(KeyRing, VerifiesPublishedKeysItselfAndOthersBySigningAgain) {
  TestSigner signer;
  signer.addHmac("hs", kSecret).add("es", "ES256", keyPair("P-256"));
  const KeyRing ring({&signer}, kRules);
  for (const char* kid : {"hs", "es"}) {
    const KeyRing::Entry& entry = *ring.find(kid, kNow);
    const std::string signature = KeyRing::sign(entry, "bytes", soon());
    const int before = signer.signCount();
    EXPECT_TRUE(KeyRing::verify(entry, "bytes", signature, soon()));
    EXPECT_FALSE(KeyRing::verify(entry, "other", signature, soon()));
    EXPECT_FALSE(KeyRing::verify(entry, "bytes", signature + "x", soon()));
    EXPECT_FALSE(KeyRing::verify(entry, "bytes", signature.substr(1), soon()));
    EXPECT_FALSE(KeyRing::verify(entry, "bytes", "", soon()));
    EXPECT_EQ(signer.signCount() - before, kid == std::string("hs") ? 5 : 0);
  }
  signer.fail(sdk::ErrorCode::Timeout);
  EXPECT_THROW(KeyRing::verify(*ring.find("hs", kNow), "bytes", "x", soon()), sdk::Error);
  EXPECT_FALSE(KeyRing::verify(*ring.find("es", kNow), "bytes", "x", soon()));
}

TEST(ProveKeys, PassesKeysThatFit) {
  TestSigner signer;
  signer.addHmac("hs", kSecret)
      .add("rs", "RS256", keyPair("RSA-2048"))
      .add("es", "ES256", keyPair("P-256"))
      .add("ed", "EdDSA", keyPair("Ed25519"));
  const KeyRing ring({&signer}, kRules);
  EXPECT_NO_THROW(proveKeys(ring, signer, kNow, soon()));
}

TEST(ProveKeys, FindsAKeyThatDoesNotFitWhatItPublishes_C21) {
  TestSigner signer;
  signer.addRaw({"my-kid", "RS256", publicJwk(keyPair("RSA-2048")), {}, {}, false});
  const KeyRing ring({&signer}, kRules);
  try {
    proveKeys(ring, signer, kNow, soon());
    FAIL();
  } catch (const sdk::Error& error) {
    EXPECT_EQ(error.code(), sdk::ErrorCode::InvalidConfig);
    EXPECT_NE(std::string(error.what()).find("my-kid"), std::string::npos);
  }
}

TEST(ProveKeys, RefusesKeysOfWhichNoneMaySignYet) {
  TestSigner signer;
  signer.addHmac("later", kSecret, kNow + milliseconds(1));
  const KeyRing ring({&signer}, kRules);
  EXPECT_THROW(proveKeys(ring, signer, kNow, soon()), sdk::Error);
  EXPECT_NO_THROW(proveKeys(ring, signer, kNow + milliseconds(1), soon()));
}

TEST(ProveKeys, LeavesTheOtherSignersKeysAlone) {
  TestSigner first;
  first.addHmac("hs", kSecret);
  TestSigner second;
  second.addHmac("other", kSecret).fail(sdk::ErrorCode::Unavailable);
  EXPECT_NO_THROW(proveKeys(KeyRing({&first, &second}, kRules), first, kNow, soon()));
}

TEST(ProveKeys, PassesOnWhatTheSignerThrows) {
  TestSigner signer;
  signer.addHmac("hs", kSecret);
  signer.fail(sdk::ErrorCode::Unavailable);
  const KeyRing ring({&signer}, kRules);
  EXPECT_THROW(proveKeys(ring, signer, kNow, soon()), sdk::Error);
}

}  // namespace
}  // namespace token_service::token
