#include "token/token.hpp"

#include "one_key_service.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>

#include <random>

namespace token_service::token {
namespace {

using namespace std::chrono_literals;
using host_test::keyPair;
using host_test::KeyPair;
using host_test::soon;
using host_test::TestSigner;
using sdk::base64url::decode;
using sdk::base64url::encode;
using std::chrono::sys_seconds;

const char* const kAlgorithms[] = {"HS256", "RS256", "ES256", "EdDSA"};

std::string goodHeader(const std::string& algorithm) {
  return R"({"alg":")" + algorithm + R"(","kid":"kid-1","typ":"JWT"})";
}

struct Segments {
  std::string header, payload, signature;

  explicit Segments(const std::string& token) {
    const std::size_t first = token.find('.');
    const std::size_t second = token.find('.', first + 1);
    header = token.substr(0, first);
    payload = token.substr(first + 1, second - first - 1);
    signature = token.substr(second + 1);
  }
  std::string input() const { return header + "." + payload; }
};

TEST(Token, WhatIsSignedVerifies) {
  for (const char* algorithm : kAlgorithms) {
    SCOPED_TRACE(algorithm);
    Service service(algorithm);
    const SignedToken token = signedNow(accessClaims(), *service.keys);
    EXPECT_EQ(token.kid, "kid-1");
    const std::optional<Claims> claims =
        verifyToken(token.text, kExpected, *service.keys, kNow, soon());
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->user_id, 7);
    EXPECT_EQ(claims->jti, "jti");
    EXPECT_EQ(claims->sid, "sid");
    EXPECT_EQ(decode(Segments(token.text).header), goodHeader(algorithm));
    EXPECT_TRUE(service.accepts(service.withHeader(goodHeader(algorithm)))) << "the tests' forger";
  }
}

TEST(Token, PassesOnWhatTheSignerThrows) {
  Service service("HS256");
  const std::string token = service.token();
  service.signer.fail(sdk::ErrorCode::Unavailable);
  EXPECT_THROW(service.token(), sdk::Error);
  EXPECT_THROW(service.accepts(token), sdk::Error);
}

TEST(Token, NeedsThreeSegments_T01_T02_T03_T04_T05_T06) {
  for (const char* algorithm : kAlgorithms) {
    Service service(algorithm);
    const std::string good = service.token();
    const Segments parts(good);
    for (const std::string& text :
         {std::string(), parts.header, parts.input(), good + ".", good + ".x", good + "..",
          "." + good, good + "." + parts.payload + "." + parts.signature, parts.input() + ".",
          "." + parts.payload + "." + parts.signature, parts.header + ".." + parts.signature,
          std::string("."), std::string(".."), std::string("a.."), std::string(".b."),
          std::string("..c"), std::string(2000, '.'),
          R"({"payload":")" + parts.payload + R"(","protected":")" + parts.header +
              R"(","signature":")" + parts.signature + "\"}"}) {
      EXPECT_FALSE(service.accepts(text)) << text;
    }
  }
}

// P1, P2: every name of an algorithm, with every signature that a forger can make.
TEST(Token, NoOtherAlgorithmVerifies_P2_T07_T09_T10_T11_T12_T13) {
  int forged = 0;
  const KeyPair rsa = keyPair("RSA-2048");
  const std::string pem = host_test::publicPem(rsa);
  const std::string modulus = host_test::numberOf(rsa, OSSL_PKEY_PARAM_RSA_N);
  const std::string secrets[] = {"",
                                 pem,
                                 pem.substr(0, pem.size() - 1),
                                 host_test::publicDer(rsa),
                                 modulus,
                                 *decode(modulus),
                                 host_test::publicJwk(rsa),
                                 "kid-1",
                                 std::string(32, '\0')};
  const char* const names[] = {"none",   "None",         "NONE",  "nOnE",  "",      "hs256",
                               " HS256", "HS256\\u0000", "HS256", "HS384", "HS512", "RS256",
                               "RS384",  "RS512",        "PS256", "PS384", "PS512", "ES256",
                               "ES384",  "ES512",        "EdDSA"};
  for (const char* algorithm : kAlgorithms) {
    Service service(algorithm);
    const std::string payload = Segments(service.token()).payload;
    for (const char* name : names) {
      const std::string input = encode(goodHeader(name)) + "." + payload;
      std::vector<std::string> signatures = {"", "x", std::string(32, '\0'), std::string(64, '\0'),
                                             std::string(256, '\0')};
      for (const std::string& secret : secrets) {
        for (const char* digest : {"SHA256", "SHA384", "SHA512"}) {
          signatures.push_back(host_test::hmac(digest, secret, input));
        }
      }
      for (const std::string& signature : signatures) {
        EXPECT_FALSE(service.accepts(input + "." + encode(signature))) << algorithm << name;
        ++forged;
      }
      if (name != std::string(algorithm)) {
        EXPECT_FALSE(service.accepts(service.withHeader(goodHeader(name)))) << algorithm << name;
        ++forged;
      }
    }
  }
  EXPECT_GE(forged, 200);
}

// The same RSA key in two families: only the one that the key was published for counts.
TEST(Token, AKeyVerifiesWithItsOwnAlgorithmOnly_P1_T13) {
  Service service("RS256");
  for (const char* algorithm : {"RS384", "RS512", "PS256", "PS384", "PS512"}) {
    for (const char* claimed : {algorithm, "RS256"}) {
      const std::string input =
          encode(goodHeader(claimed)) + "." + Segments(service.token()).payload;
      EXPECT_FALSE(service.accepts(input + "." +
                                   encode(host_test::signatureOf(service.pair, algorithm, input))));
    }
  }
}

TEST(Token, HeadersHaveAlgKidAndTypAndNothingElse_T08_T15_to_T26) {
  for (const char* algorithm : {"HS256", "RS256"}) {
    Service service(algorithm);
    const std::string alg = R"("alg":")" + std::string(algorithm) + "\"";
    const std::string rest = R"("kid":"kid-1","typ":"JWT")";
    const auto jwk = host_test::publicJwk(host_test::freshKeyPair("P-256"));
    const std::pair<const char*, std::string> headers[] = {
        {"T08", "{" + rest + "}"},
        {"T08", R"({"alg":null,)" + rest + "}"},
        {"T08", R"({"alg":256,)" + rest + "}"},
        {"T08", R"({"alg":["HS256"],)" + rest + "}"},
        {"T08", R"({"alg":{},)" + rest + "}"},
        {"T08", R"({"alg":"",)" + rest + "}"},
        {"T15", "{" + alg + "," + rest + R"(,"jwk":)" + jwk + "}"},
        {"T15", "{" + alg + R"(,"typ":"JWT","jwk":)" + jwk + "}"},
        {"T16", "{" + alg + "," + rest + R"(,"jku":"http://127.0.0.1:9/"})"},
        {"T16", "{" + alg + "," + rest + R"(,"x5u":"http://127.0.0.1:9/"})"},
        {"T17", "{" + alg + "," + rest + R"(,"x5c":["AA=="]})"},
        {"T18", "{" + alg + R"(,"kid":"../../dev/null","typ":"JWT"})"},
        {"T18", "{" + alg + R"(,"kid":"' OR '1'='1","typ":"JWT"})"},
        {"T18", "{" + alg + R"(,"kid":")" + std::string(2048, 'k') + R"(","typ":"JWT"})"},
        {"T18", "{" + alg + R"(,"kid":1,"typ":"JWT"})"},
        {"T18", "{" + alg + R"(,"kid":["kid-1"],"typ":"JWT"})"},
        {"T18", "{" + alg + R"(,"kid":null,"typ":"JWT"})"},
        {"T18", "{" + alg + R"(,"typ":"JWT"})"},
        {"T19", "{" + alg + R"(,"kid":"kid-2","typ":"JWT"})"},
        {"T19", "{" + alg + R"(,"kid":"kid-1\u0000","typ":"JWT"})"},
        {"T20", "{" + alg + "," + alg + "," + rest + "}"},
        {"T20", "{" + alg + "," + alg + R"(,"kid":"kid-1"})"},
        {"T20", "{" + alg + R"(,"\u0061lg":"none",)" + rest + "}"},
        {"T20", "{" + alg + "," + rest + R"(,"typ":"JWT"})"},
        {"T21", "{" + alg + "," + rest + R"(,"crit":["x"],"x":1})"},
        {"T21", "{" + alg + "," + rest + R"(,"crit":[]})"},
        {"T21", "{" + alg + "," + rest + R"(,"crit":["exp"]})"},
        {"T21", "{" + alg + "," + rest + R"(,"crit":true})"},
        {"T22", "{" + alg + "," + rest + R"(,"b64":false})"},
        {"T23", "{" + alg + "," + rest + R"(,"zip":"DEF"})"},
        {"T25", "{" + alg + "," + rest + R"(,"cty":"JWT"})"},
        {"T26", "foo"},
        {"T26", "[]"},
        {"T26", "1"},
        {"T26", ""},
        {"T26", "{}"},
        {"typ", "{" + alg + R"(,"kid":"kid-1","typ":"at+jwt"})"},
        {"typ", "{" + alg + R"(,"kid":"kid-1","typ":"jwt"})"},
        {"typ", "{" + alg + R"(,"kid":"kid-1","typ":["JWT"]})"},
        {"typ", "{" + alg + R"(,"kid":"kid-1"})"},
        {"end", "{" + alg + "," + rest + "}x"},
        {"BOM", "\xef\xbb\xbf{" + alg + "," + rest + "}"}};
    EXPECT_TRUE(service.accepts(service.withHeader("{" + alg + "," + rest + "}")));
    for (const auto& [id, header] : headers) {
      EXPECT_FALSE(service.accepts(service.withHeader(header))) << id << " " << header;
    }
  }
}

TEST(Token, APsychicSignatureDoesNotVerify_T14) {
  Service service("ES256");
  const std::string input = Segments(service.token()).input();
  const std::string one = std::string(31, '\0') + "\x01";
  for (const std::string& signature :
       {std::string(64, '\0'), one + std::string(32, '\0'), std::string(32, '\0') + one,
        std::string(64, '\xff'), std::string()}) {
    EXPECT_FALSE(service.accepts(input + "." + encode(signature)));
  }
}

TEST(Token, KindsAreNotInterchangeable_P6_T24) {
  for (const char* algorithm : kAlgorithms) {
    Service service(algorithm);
    Claims refresh = accessClaims();
    refresh.type = TokenType::Refresh;
    Expectation wants_refresh = kExpected;
    wants_refresh.type = TokenType::Refresh;
    EXPECT_FALSE(service.accepts(service.token(refresh)));
    EXPECT_TRUE(service.accepts(service.token(refresh), wants_refresh));
    EXPECT_FALSE(service.accepts(service.token(), wants_refresh));
  }
}

TEST(Token, PayloadsAreObjectsOfOurClaims_P7_T26_T40_T47) {
  Service service("HS256");
  const std::string good = encodeClaims(accessClaims());
  EXPECT_TRUE(service.accepts(service.withPayload(good)));
  for (const std::string& payload :
       {std::string("foo"), std::string("[]"), std::string("1"), std::string(), std::string("{}"),
        "[" + good + "]", good + good, good + " x", good.substr(0, good.size() - 1),
        "\xef\xbb\xbf" + good, good.substr(0, good.size() - 1) + ",\"exp\":9999999999}",
        good.substr(0, good.size() - 1) + ",\"nbf\":\"abc\"}",
        good.substr(0, good.size() - 1) + ",\"x\":" + std::string(129, '[') +
            std::string(129, ']') + "}"}) {
    EXPECT_FALSE(service.accepts(service.withPayload(payload))) << payload;
  }
}

// T48: were the payload read first, this would go deep before the signature is looked at.
TEST(Token, AnUnsignedPayloadIsNotRead_T48) {
  Service service("HS256");
  const std::string input =
      encode(goodHeader("HS256")) + "." + encode(std::string(2000, '[') + std::string(500, ']'));
  EXPECT_FALSE(service.accepts(input + "." + encode(std::string(32, 'x'))));
}

TEST(Token, ExpIsExact_P8_T42) {
  Service service("HS256");
  for (const auto leeway : {0s, 1s, 2s, 5s, 10s, 15s, 20s, 25s, 29s, 30s}) {
    Expectation expected = kExpected;
    expected.leeway = leeway;
    for (const auto life : {1s, 2s, 59s, 60s, 61s, 299s, 300s, 899s, 900s, 901s}) {
      Claims claims = accessClaims();
      claims.exp = claims.iat + life;
      const std::string token = service.token(claims);
      const sdk::Time end = claims.exp + leeway;
      for (const auto offset :
           {-1000ms, -999ms, -500ms, -2ms, -1ms, 0ms, 1ms, 2ms, 500ms, 1000ms}) {
        EXPECT_EQ(service.accepts(token, expected, end + offset), offset < 0ms) << offset.count();
      }
    }
  }
}

TEST(Token, IatAndNbfMayBeAMinuteAhead_T44) {
  Service service("HS256");
  Claims claims = accessClaims();
  claims.exp = kIat + 24h;
  const std::string token = service.token(claims);
  EXPECT_TRUE(service.accepts(token, kExpected, kIat - 60s));
  EXPECT_FALSE(service.accepts(token, kExpected, kIat - 60s - 1ms));

  const std::string good = encodeClaims(claims);
  const std::string with_nbf =
      service.withPayload(good.substr(0, good.size() - 1) + ",\"nbf\":" +
                          std::to_string((kIat + 1h).time_since_epoch().count()) + "}");
  EXPECT_TRUE(service.accepts(with_nbf, kExpected, kIat + 1h - 60s));
  EXPECT_FALSE(service.accepts(with_nbf, kExpected, kIat + 1h - 60s - 1ms));
}

TEST(Token, IssuerAndAudienceAreOurs_T39_T45) {
  Service service("HS256");
  Claims claims = accessClaims();
  for (const char* issuer : {"other", "our-issuer ", "Our-issuer", "our-issuer/"}) {
    claims.iss = issuer;
    EXPECT_FALSE(service.accepts(service.token(claims))) << issuer;
  }
  claims.iss = "our-issuer";
  claims.aud = {"us"};
  Expectation for_us = kExpected;
  for_us.audience = "us";
  EXPECT_TRUE(service.accepts(service.token(claims), for_us));
  EXPECT_FALSE(service.accepts(service.token(claims))) << "an audience that we do not expect";
  EXPECT_FALSE(service.accepts(service.token(), for_us)) << "no audience";
  claims.aud = {"them"};
  EXPECT_FALSE(service.accepts(service.token(claims), for_us));
  const std::string good = encodeClaims(accessClaims());
  const auto withAudience = [&](const std::string& aud) {
    return service.withPayload(good.substr(0, good.size() - 1) + ",\"aud\":" + aud + "}");
  };
  EXPECT_TRUE(service.accepts(withAudience(R"(["them","us"])"), for_us));
  EXPECT_FALSE(service.accepts(withAudience(R"(["them","u"])"), for_us));
  EXPECT_FALSE(service.accepts(withAudience("[]"), for_us));
}

TEST(Token, OverFourKiBIsRefused_A09) {
  Service service("HS256");
  Claims claims = accessClaims();
  claims.jti = std::string(1, 'j');
  const std::size_t base = service.token(claims).size();
  claims.jti = std::string(1 + (kMaxTokenSize - base) * 3 / 4, 'j');
  while (service.token(claims).size() > kMaxTokenSize) {
    claims.jti.pop_back();
  }
  EXPECT_TRUE(service.accepts(service.token(claims)));
  while (service.token(claims).size() <= kMaxTokenSize) {
    claims.jti.push_back('j');
  }
  EXPECT_FALSE(service.accepts(service.token(claims)));
}

TEST(Token, ARetiredKeyDoesNotVerify_T38) {
  TestSigner before;
  before.addHmac("old", kSecret);
  const KeyRing old_keys({&before}, kRules);
  const std::string token = signedNow(accessClaims(), old_keys).text;
  TestSigner during;
  during.addHmac("old", kSecret).addHmac("new", kSecret + "x", kNow - 1min);
  TestSigner after;
  after.addHmac("new", kSecret + "x");
  const KeyRing both({&during}, kRules);
  const KeyRing only_new({&after}, kRules);
  EXPECT_TRUE(verifyToken(token, kExpected, both, kNow, soon())) << "P14";
  EXPECT_FALSE(verifyToken(token, kExpected, only_new, kNow, soon()));
}

TEST(Token, AKeyThatAnotherFollowedVerifiesUntilItsTokensHaveExpired_P14) {
  TestSigner signer;
  signer.addHmac("old", kSecret).addHmac("new", kSecret + "x", kNow + 1h);
  const KeyRing keys({&signer}, kRules);
  Claims claims = accessClaims();
  claims.exp = kIat + 24h;
  const std::string token = signedNow(claims, keys).text;
  const sdk::Time end = kNow + 1h + kRules.token_lifetime + kClockTolerance;
  EXPECT_TRUE(verifyToken(token, kExpected, keys, end - 1ms, soon()));
  EXPECT_FALSE(verifyToken(token, kExpected, keys, end, soon()));
}

TEST(Token, TheHeaderTypeIsTheExpectedOneToTheLetter) {
  Service service("RS256");
  const std::string at_jwt = signedNow(accessClaims(), *service.keys, HeaderType::AccessToken).text;
  Expectation expected = kExpected;
  EXPECT_FALSE(service.accepts(at_jwt, expected));
  expected.header = HeaderType::AccessToken;
  EXPECT_TRUE(service.accepts(at_jwt, expected));
  EXPECT_FALSE(service.accepts(service.token(), expected));
  for (const char* typ : {"AT+JWT", "application/at+jwt", "at+jwt ", ""}) {
    EXPECT_FALSE(service.accepts(
        service.withHeader(R"({"alg":"RS256","kid":"kid-1","typ":")" + std::string(typ) + "\"}"),
        expected))
        << typ;
  }
}

TEST(Token, SegmentsOfTwoTokensDoNotMix_T37) {
  for (const char* algorithm : kAlgorithms) {
    Service service(algorithm);
    Claims other = accessClaims();
    other.user_id = 8;
    const Segments first(service.token());
    const Segments second(service.token(other));
    EXPECT_FALSE(service.accepts(first.header + "." + second.payload + "." + first.signature));
    EXPECT_FALSE(service.accepts(first.header + "." + first.payload + "." + second.signature));
  }
}

TEST(Token, ModifiedSignaturesDoNotVerify_T34) {
  for (const char* algorithm : kAlgorithms) {
    Service service(algorithm);
    const Segments parts(service.token());
    const std::string raw = *decode(parts.signature);
    for (const std::string& signature :
         {std::string(), raw.substr(1), raw.substr(0, raw.size() - 1), raw + raw,
          std::string(1, '\0') + raw, raw + std::string(1, '\0')}) {
      EXPECT_FALSE(service.accepts(parts.input() + "." + encode(signature))) << algorithm;
    }
  }
}

// T28 to T32 on whole tokens: padding, the other alphabet, junk behind padding, white space.
TEST(Token, HasOneSpelling_T27_T28_T29_T31_T32) {
  for (const char* algorithm : kAlgorithms) {
    Service service(algorithm);
    const Segments parts(service.token());
    for (const char* tail : {"=", "==", "===", "=X", "==X", "=!text", "==!text", " ", "\t", "\r",
                             "\n", "\r\n", "A", "AAAA", "!", "%3D", "\0"}) {
      const std::string end = *tail == '\0' ? std::string(1, '\0') : tail;
      EXPECT_FALSE(service.accepts(parts.input() + "." + parts.signature + end)) << tail;
      EXPECT_FALSE(
          service.accepts(parts.header + end + "." + parts.payload + "." + parts.signature));
      EXPECT_FALSE(
          service.accepts(parts.header + "." + parts.payload + end + "." + parts.signature));
      EXPECT_FALSE(service.accepts(end + parts.input() + "." + parts.signature));
    }
  }
}

// The last character holds unused bits: all of its neighbours, for every algorithm.
TEST(Token, NoOtherLastCharacterIsAccepted_P4_T30) {
  for (const char* algorithm : kAlgorithms) {
    Service service(algorithm);
    for (int number = 0; number < 20; ++number) {
      const std::string good = service.token(numbered(number));
      for (const char character : sdk::base64url::kAlphabet) {
        std::string changed = good;
        changed.back() = character;
        EXPECT_EQ(service.accepts(changed), changed == good) << algorithm;
      }
    }
  }
}

TEST(Token, SurvivesRandomBytes) {
  const Service service("HS256");
  const std::string good = service.token();
  std::mt19937 random(7515);
  for (int round = 0; round < 5000; ++round) {
    std::string text = good;
    for (auto edits = 1 + random() % 6; edits > 0; --edits) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    EXPECT_EQ(service.accepts(text), text == good);
  }
}

}  // namespace
}  // namespace token_service::token
