#include "test_signer.hpp"
#include "token_service/sdk/base64url.hpp"
#include "work_around.hpp"

#include <Poco/Crypto/RSAKey.h>
#include <Poco/JWT/Signer.h>
#include <Poco/JWT/Token.h>
#include <gtest/gtest.h>

#include <sstream>

namespace {

using token_service::host_test::hmac;
using token_service::sdk::base64url::encode;

std::string token(const std::string& secret, const std::string& payload) {
  const std::string input = encode(R"({"alg":"HS256","typ":"JWT"})") + "." + encode(payload);
  return input + "." + encode(hmac("SHA256", secret, input));
}

bool accepts(const Poco::JWT::Signer& signer, const std::string& text) {
  Poco::JWT::Token out;
  return signer.tryVerify(text, out);
}

TEST(Traps, J1_AVerifierOfRsaSignaturesAcceptsHs256) {
  Poco::JWT::Signer signer(Poco::SharedPtr<Poco::Crypto::RSAKey>(
      new Poco::Crypto::RSAKey(Poco::Crypto::RSAKey::KL_2048, Poco::Crypto::RSAKey::EXP_LARGE)));
  signer.addAlgorithm(Poco::JWT::Signer::ALGO_RS256);
  EXPECT_TRAP(signer.getAlgorithms().count("HS256") == 1, "one reason for token/key_ring.hpp");
  signer.setHMACKey("secret");
  EXPECT_TRAP(accepts(signer, token("secret", "{}")), "one reason for token/key_ring.hpp");
}

TEST(Traps, J3_FurtherSegmentsAreIgnored) {
  const Poco::JWT::Signer signer("secret");
  EXPECT_TRUE(accepts(signer, token("secret", "{}")));
  EXPECT_TRAP(accepts(signer, token("secret", "{}") + ".x.y"), "one reason for token/token.hpp");
}

TEST(Traps, J4_OneTokenHasManySpellings) {
  const Poco::JWT::Signer signer("secret");
  EXPECT_TRAP(accepts(signer, token("secret", "{}") + "="), "one reason for token/token.hpp");
  EXPECT_TRAP(accepts(signer, token("secret", "{}") + "=!text"), "one reason for token/token.hpp");
}

TEST(Traps, J6_NoTimeIsChecked) {
  const Poco::JWT::Signer signer("secret");
  EXPECT_TRAP(accepts(signer, token("secret", R"({"exp":1})")), "one reason for token/token.hpp");
  EXPECT_TRAP(accepts(signer, token("secret", R"({"nbf":"abc"})")),
              "one reason for token/claims.hpp");
}

TEST(Traps, J7_TimesAreWrittenAsFractions) {
  Poco::JWT::Token token;
  token.setIssuedAt(Poco::Timestamp(Poco::Timestamp::TimeVal{1'700'000'000'500'000}));
  std::ostringstream payload;
  token.payload().stringify(payload);
  EXPECT_TRAP(payload.str().find('.') != std::string::npos, "one reason for token/claims.hpp");
}

TEST(Traps, J9_APublicKeySignsWithZerosAndWithoutAnError) {
  std::istringstream pem(
      token_service::host_test::publicPem(token_service::host_test::keyPair("RSA-2048")));
  Poco::JWT::Signer signer(Poco::SharedPtr<Poco::Crypto::RSAKey>(new Poco::Crypto::RSAKey(&pem)));
  signer.addAlgorithm(Poco::JWT::Signer::ALGO_RS256);
  Poco::JWT::Token token;
  const std::string text = signer.sign(token, Poco::JWT::Signer::ALGO_RS256);
  EXPECT_TRAP(text.substr(text.rfind('.') + 1).find_first_not_of('A') == std::string::npos,
              "one reason for token::proveKeys");
}

}  // namespace
