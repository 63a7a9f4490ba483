#include "token/verified_signatures.hpp"

#include "fixed_clock.hpp"
#include "test_signer.hpp"
#include "token/key_source.hpp"
#include "token/token.hpp"
#include "token_service/sdk/base64url.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace token_service::token {
namespace {

using namespace std::chrono_literals;
using host_test::keyPair;
using host_test::soon;
using host_test::TestSigner;
using std::chrono::sys_seconds;

constexpr sys_seconds kIat{1'700'000'000s};
constexpr sdk::Time kNow{kIat + 10s};

Sha256 numbered(int number) { return sha256(std::to_string(number)); }

TEST(VerifiedSignatures, KnowsWhatItWasToldAndByWhichKey) {
  VerifiedSignatures verified;
  EXPECT_FALSE(verified.contains(numbered(1), 0));
  verified.remember(numbered(1), 0);
  EXPECT_TRUE(verified.contains(numbered(1), 0));
  EXPECT_FALSE(verified.contains(numbered(1), 1));
  EXPECT_FALSE(verified.contains(numbered(2), 0));
}

TEST(VerifiedSignatures, EveryBitOfTheDigestCounts) {
  VerifiedSignatures verified;
  const Sha256 digest = numbered(1);
  verified.remember(digest, 0);
  for (std::size_t bit = 0; bit < digest.size() * 8; ++bit) {
    Sha256 other = digest;
    other[bit / 8] = static_cast<unsigned char>(other[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(verified.contains(other, 0)) << bit;
  }
  EXPECT_FALSE(verified.contains(Sha256{}, 0)) << "an entry that was never used";
}

TEST(VerifiedSignatures, IsBoundedAndKeepsTheLatest) {
  constexpr int kCount = 3 * static_cast<int>(VerifiedSignatures::kCapacity);
  VerifiedSignatures verified;
  for (int number = 0; number < kCount; ++number) {
    verified.remember(numbered(number), 0);
    ASSERT_TRUE(verified.contains(numbered(number), 0));
  }
  std::size_t known = 0;
  for (int number = 0; number < kCount; ++number) {
    known += verified.contains(numbered(number), 0) ? 1 : 0;
  }
  EXPECT_LE(known, VerifiedSignatures::kCapacity);
  EXPECT_GE(known, VerifiedSignatures::kCapacity * 9 / 10);
}

TEST(VerifiedSignatures, WhatIsAskedForStays) {
  VerifiedSignatures verified;
  verified.remember(numbered(0), 0);
  for (int number = 1; number < 3 * static_cast<int>(VerifiedSignatures::kCapacity); ++number) {
    verified.remember(numbered(number), 0);
    ASSERT_TRUE(verified.contains(numbered(0), 0)) << number;
  }
}

TEST(VerifiedSignatures, RememberingTwiceTakesOnePlace) {
  VerifiedSignatures verified;
  // Of one set: all but the last bytes are equal.
  std::vector<Sha256> digests(4, numbered(1));
  for (std::size_t index = 0; index < digests.size(); ++index) {
    digests[index].back() = static_cast<unsigned char>(index);
  }
  for (const Sha256& digest : digests) {
    verified.remember(digest, 0);
  }
  for (int round = 0; round < 8; ++round) {
    verified.remember(digests.back(), 0);
  }
  for (const Sha256& digest : digests) {
    EXPECT_TRUE(verified.contains(digest, 0));
  }
}

TEST(VerifiedSignatures, ManyThreadsAtOnce) {
  VerifiedSignatures verified;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int number = 0; number < 3000; ++number) {
        const int shared = (number * 7 + thread) % 500;
        if (!verified.contains(numbered(shared), 0)) {
          verified.remember(numbered(shared), 0);
        }
        EXPECT_FALSE(verified.contains(numbered(-1 - shared), 0));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

// Whole tokens.

constexpr KeyRing::Rules kRules{15min, 0s};

Claims accessClaims() {
  Claims claims;
  claims.user_id = 7;
  claims.jti = "jti";
  claims.sid = "sid";
  claims.iat = kIat;
  claims.exp = kIat + 15min;
  claims.iss = "our-issuer";
  return claims;
}

Expectation expected() {
  Expectation expectation;
  expectation.issuer = "our-issuer";
  return expectation;
}

bool accepts(const KeyRing& keys, std::string_view text, sdk::Time now = kNow,
             const Expectation& expectation = expected()) {
  return verifyToken(text, expectation, keys, now, soon()).has_value();
}

std::string tokenOf(const KeyRing& keys, const Claims& claims = accessClaims(),
                    std::string_view kid = "kid-1") {
  return signToken(claims, HeaderType::Jwt, *keys.find(kid, sdk::Time()), soon()).text;
}

class RememberedTokens : public testing::Test {
 protected:
  RememberedTokens() { signer_.add("kid-1", "ES256", keyPair("P-256")); }

  TestSigner signer_;
};

TEST_F(RememberedTokens, AGoodTokenIsRemembered) {
  const KeyRing keys({&signer_}, kRules);
  const std::string token = tokenOf(keys);
  EXPECT_FALSE(keys.verified().contains(sha256(token), 0));
  EXPECT_TRUE(accepts(keys, token));
  EXPECT_TRUE(keys.verified().contains(sha256(token), 0));
  EXPECT_TRUE(accepts(keys, token));
}

TEST_F(RememberedTokens, ARefusedSignatureIsNot) {
  const KeyRing keys({&signer_}, kRules);
  std::string token = tokenOf(keys);
  token[token.size() - 10] = token[token.size() - 10] == 'A' ? 'B' : 'A';
  for (int round = 0; round < 2; ++round) {
    EXPECT_FALSE(accepts(keys, token));
    EXPECT_FALSE(keys.verified().contains(sha256(token), 0));
  }
}

TEST_F(RememberedTokens, HmacIsNot) {
  TestSigner hmac("kid-1", std::string(32, 's'));
  const KeyRing keys({&hmac}, kRules);
  const std::string token = tokenOf(keys);
  EXPECT_TRUE(accepts(keys, token));
  EXPECT_FALSE(keys.verified().contains(sha256(token), 0));
}

TEST_F(RememberedTokens, NothingLikeARememberedOneIsAccepted) {
  const KeyRing keys({&signer_}, kRules);
  const std::string token = tokenOf(keys);
  ASSERT_TRUE(accepts(keys, token));
  int accepted = 0;
  for (std::size_t at = 0; at < token.size(); ++at) {
    for (const char character : sdk::base64url::kAlphabet) {
      std::string changed = token;
      changed[at] = character;
      accepted += changed != token && accepts(keys, changed) ? 1 : 0;
    }
    accepted += accepts(keys, token.substr(0, at)) ? 1 : 0;
  }
  for (const char* tail : {"=", "A", ".", "\n", " "}) {
    accepted += accepts(keys, token + tail) ? 1 : 0;
    accepted += accepts(keys, tail + token) ? 1 : 0;
  }
  EXPECT_EQ(accepted, 0);
  ASSERT_TRUE(accepts(keys, token));
}

TEST_F(RememberedTokens, ARetiredKeysTokenIsRefusedAlthoughRemembered) {
  const sdk::Time followed = kNow + 1min;
  signer_.add("kid-2", "ES256", host_test::freshKeyPair("P-256"), followed);
  const KeyRing keys({&signer_}, kRules);
  Claims claims = accessClaims();
  claims.exp = kIat + 24h;
  const std::string token = tokenOf(keys, claims);
  const sdk::Time end = followed + kRules.token_lifetime + kClockTolerance;
  EXPECT_TRUE(accepts(keys, token));
  EXPECT_TRUE(accepts(keys, token, end - 1ms));
  EXPECT_FALSE(accepts(keys, token, end));
  EXPECT_TRUE(keys.verified().contains(sha256(token), 0)) << "it is the key that is over";
}

TEST_F(RememberedTokens, EverythingElseIsCheckedEachTime) {
  const KeyRing keys({&signer_}, kRules);
  const std::string token = tokenOf(keys);
  ASSERT_TRUE(accepts(keys, token));
  EXPECT_FALSE(accepts(keys, token, kIat + 15min)) << "exp";
  EXPECT_FALSE(accepts(keys, token, kIat - 61s)) << "iat";
  Expectation other = expected();
  other.issuer = "another-issuer";
  EXPECT_FALSE(accepts(keys, token, kNow, other));
  other = expected();
  other.audience = "audience";
  EXPECT_FALSE(accepts(keys, token, kNow, other));
  other = expected();
  other.type = TokenType::Refresh;
  EXPECT_FALSE(accepts(keys, token, kNow, other));
  other = expected();
  other.header = HeaderType::AccessToken;
  EXPECT_FALSE(accepts(keys, token, kNow, other));
  EXPECT_TRUE(accepts(keys, token));
}

// The same kid with another key, as no reload could know better.
TEST_F(RememberedTokens, OtherKeysRememberNothing) {
  TestSigner after;
  after.add("kid-1", "ES256", host_test::freshKeyPair("P-256"));
  const auto ringsOf = [](TestSigner& signer) {
    return std::make_shared<const KeyRings>(
        KeyRings{KeyRing({&signer}, kRules), KeyRing({&signer}, kRules)});
  };
  KeySource source(ringsOf(signer_));
  const std::string token = tokenOf(source.current()->access);
  EXPECT_TRUE(accepts(source.current()->access, token));
  EXPECT_FALSE(source.current()->refresh.verified().contains(sha256(token), 0))
      << "each kind of token for itself";
  source.replace(ringsOf(after));
  EXPECT_FALSE(accepts(source.current()->access, token));
  source.replace(ringsOf(signer_));
  EXPECT_FALSE(source.current()->access.verified().contains(sha256(token), 0));
  EXPECT_TRUE(accepts(source.current()->access, token));
}

// A header that is not written as we write it takes the long way and ends at the same key.
TEST_F(RememberedTokens, AnotherSpellingOfTheHeaderIsAnotherToken) {
  const KeyRing keys({&signer_}, kRules);
  const std::string ours = tokenOf(keys);
  const std::string payload = ours.substr(ours.find('.'), ours.rfind('.') - ours.find('.'));
  const std::string input =
      sdk::base64url::encode(R"({"typ":"JWT", "kid":"kid-1", "alg":"ES256"})") + payload;
  const std::string good = input + "." + sdk::base64url::encode(signer_.sign("kid-1", input, {}));
  ASSERT_TRUE(accepts(keys, ours));
  EXPECT_TRUE(accepts(keys, good));
  EXPECT_FALSE(accepts(keys, input + ours.substr(ours.rfind('.'))));
}

}  // namespace
}  // namespace token_service::token
