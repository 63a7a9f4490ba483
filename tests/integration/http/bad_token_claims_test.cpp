#include "bad_tokens.hpp"

namespace token_service::test {
namespace {

// Tokens with a good signature of the service's own key, over claims that are not good.
class BadTokenClaimsTest : public BadTokensTest {
 protected:
  void expectClaimRefused(const std::string& name, const std::string& value) {
    expectClaimsRefused(name + " " + value.substr(0, 40),
                        [&](const auto& claims) { return withMember(claims, name, value); });
  }

  void expectNeeded(const std::string& name) {
    expectClaimsRefused("without " + name,
                        [&](const auto& claims) { return withoutMember(claims, name); });
    for (const char* value : {"null", "[]", "{}", "true"}) {
      expectClaimRefused(name, value);
    }
  }

  std::string later(std::int64_t seconds) const {
    return std::to_string(std::stoll(memberOf(partsOf(tokens.access).claims, "iat")) + seconds);
  }
};

INSTANTIATE_TEST_SUITE_P(Pairs, BadTokenClaimsTest, kPairs, pairName);

TEST_P(BadTokenClaimsTest, theOtherKindOfToken_P6_T24) {
  expectAccessRefused(tokens.refresh);
  expectRefreshRefused(tokens.access);
  for (const char* type : {"\"other\"", "\"Access\"", "\"id\"", "\"\"", "1"}) {
    expectClaimRefused("token_type", type);
  }
  expectNeeded("token_type");
}

TEST_P(BadTokenClaimsTest, claimsThatAreNoObject_T26) {
  for (const char* claims : {"foo", "[]", "1", "", "null", "{}", "\"x\""}) {
    expectClaimsRefused(claims, [&](const auto&) { return claims; });
  }
  expectClaimsRefused("an array", [](const auto& claims) { return "[" + claims + "]"; });
  expectClaimsRefused("twice", [](const auto& claims) { return claims + claims; });
}

TEST_P(BadTokenClaimsTest, anotherIssuer_T39_T45) {
  for (const char* issuer : {"\"another-issuer\"", "\"token-service \"", "\"Token-Service\"",
                             "\"\"", "[\"token-service\"]", "1"}) {
    expectClaimRefused("iss", issuer);
  }
  expectNeeded("iss");
}

TEST_P(BadTokenClaimsTest, expOfAWrongKind_T40) {
  expectNeeded("exp");
  for (const char* exp : {"\"9999999999\"", "-1", "0", "-0"}) {
    expectClaimRefused("exp", exp);
  }
}

TEST_P(BadTokenClaimsTest, expBeyondAllTimes_T41) {
  for (const char* exp :
       {"1e300", "1e999", "18446744073709551616", "9007199254740993", "253402300800",
        "9223372036854775807", "99999999999999999999", "4.1e9", "4102444800.5", "4102444800.0"}) {
    expectClaimRefused("exp", exp);
  }
}

TEST_P(BadTokenClaimsTest, expThatHasPassed_T42) {
  for (const std::int64_t seconds : {-1, -31, -86400}) {
    expectClaimRefused("exp", later(seconds));
  }
}

TEST_P(BadTokenClaimsTest, nbfOfAWrongKind_T43) {
  for (const char* name : {"nbf", "iat"}) {
    for (const char* time :
         {"\"abc\"", "\"0\"", "1.5", "-1", "1e3", "null", "[]", "true", "253402300800"}) {
      expectClaimRefused(name, time);
    }
  }
  expectNeeded("iat");
}

TEST_P(BadTokenClaimsTest, fromTheFuture_T44) {
  for (const char* name : {"nbf", "iat"}) {
    expectClaimRefused(name, later(120));
    expectClaimRefused(name, later(3600));
  }
}

TEST_P(BadTokenClaimsTest, audiencesThatAreNotOurs_T45) {
  for (const char* audience :
       {"\"somebody\"", "[\"somebody\"]", "[\"a\",\"b\"]", "1", "{}", "[1]", "null", "\"\""}) {
    expectClaimRefused("aud", audience);
  }
}

TEST_P(BadTokenClaimsTest, usersThatAreNone_T46) {
  expectNeeded("user_id");
  for (const std::string& user :
       {"\"" + std::to_string(id) + "\"", std::string("0"), std::string("-1"), std::string("1.0"),
        std::string("1e3"), std::string("9223372036854775808"), std::string(2000, '7')}) {
    expectClaimRefused("user_id", user);
  }
  expectClaimRefused("sub", "\"" + std::to_string(id + 1) + "\"");
  expectClaimRefused("sub", std::to_string(id));
}

TEST_P(BadTokenClaimsTest, withoutAnIdentity_T47) {
  for (const char* name : {"jti", "sid"}) {
    expectNeeded(name);
    expectClaimRefused(name, "\"\"");
    expectClaimRefused(name, "1");
  }
  for (const char* claim : {"token_type", "user_id", "jti", "iat", "exp", "sid", "iss"}) {
    expectClaimsRefused(std::string("two ") + claim, [&](const auto& claims) {
      return withAdded(claims, claim,
                       claim == std::string("user_id") ? std::to_string(id) : "\"x\"");
    });
  }
  expectClaimsRefused("two exp, both good", [](const auto& claims) {
    return withAdded(claims, "exp", memberOf(claims, "exp"));
  });
}

// Without rotation the one refresh token of a session is its first.
TEST_P(BadTokenClaimsTest, refreshTokensOfOtherSessions_T47) {
  const TokenParts ours = partsOf(tokens.refresh);
  const std::string other = partsOf(api.logIn(id).refresh).claims;
  for (const char* name : {"jti", "sid"}) {
    const std::string swapped = "\"" + memberOf(other, name) + "\"";
    expectError(api.refresh(id, forge().sign(ours.header, withMember(ours.claims, name, swapped))),
                kInvalidToken);
    expectError(
        api.refresh(id, forge().sign(ours.header, withMember(ours.claims, name, "\"unknown\""))),
        kInvalidToken);
  }
}

// Of them nothing is read: the signature is not ours.
TEST_P(BadTokenClaimsTest, deeplyNestedAndUnsigned_T48) {
  for (const std::size_t depth : {129U, 2000U, 5000U}) {
    const std::string claims = "{\"x\":" + std::string(depth, '[');
    expectRefused(std::to_string(depth),
                  [&](const auto& token) { return withPayload(token, encodeBase64Url(claims)); });
  }
  expectClaimsRefused("signed", [](const auto& claims) {
    return withAdded(claims, "x", std::string(129, '[') + std::string(129, ']'));
  });
}

}  // namespace
}  // namespace token_service::test
