#include "contract_test.hpp"

#include <map>
#include <set>

namespace token_service::test {
namespace {

using TokensByName = std::map<std::string, std::string>;

// Everything but what differs from answer to answer by design.
std::string comparable(const Reply& reply) {
  std::string all = std::to_string(reply.status) + "\n";
  for (const auto& [name, value] : reply.headers) {
    if (name != "X-Request-ID" && name != "Date") {
      all.append(name).append(": ").append(value).append("\n");
    }
  }
  return all + reply.body;
}

std::string withFlippedBit(std::string text, std::size_t index) {
  text[index] = static_cast<char>(text[index] ^ 1);
  return text;
}

class BadTokensTest : public ContractTest {
 protected:
  TokensByName broken(const std::string& token) const;
  TokensByName wronglySigned(const std::string& token) const;
  TokensByName wronglyHeaded(const std::string& token) const;
  TokensByName wronglyClaimed(const std::string& token) const;
  TokensByName all(const std::string& token) const;

  bool isRs256() const { return GetParam().signer == SignerKind::Rs256; }
  TokenForge strangersForge() const {
    return {GetParam().signer, isRs256() ? makeRsaKey() : std::string(43, 'k')};
  }

  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
};

INSTANTIATE_TEST_SUITE_P(Pairs, BadTokensTest, kPairs, pairName);

// Not in the one form that a token has.
TokensByName BadTokensTest::broken(const std::string& token) const {
  const std::string input = token.substr(0, token.rfind('.'));
  const std::string header = token.substr(0, token.find('.'));
  const std::string signature = partsOf(token).signature;
  // The last character's unused bits: another spelling of the same bytes.
  static const std::string kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string respelled = token;
  respelled.back() = kAlphabet[kAlphabet.find(token.back()) ^ 1U];
  return {
      {"one segment", "abc"},
      {"two segments", input},
      {"four segments", token + ".e30"},
      {"an empty fourth segment", token + "."},
      {"five segments", token + ".e30.e30"},
      {"dots only", ".."},
      {"no header", token.substr(header.size())},
      {"no claims", header + ".." + signature},
      {"no signature", input + "."},
      {"2,000 dots", std::string(2000, '.')},
      {"over 4 KiB", token + std::string(4097, 'A')},
      {"padding", token + "="},
      {"more padding", token + "=="},
      {"a character after the end", token + "A"},
      {"another spelling of the last byte", respelled},
      {"truncated", token.substr(0, token.size() - 1)},
      {"truncated by four", token.substr(0, token.size() - 4)},
      {"standard base64", input + ".+/" + signature.substr(2)},
      {"text for a header", encodeBase64Url("text") + token.substr(header.size())},
      {"an array for a header", encodeBase64Url("[]") + token.substr(header.size())},
  };
}

TokensByName BadTokensTest::wronglySigned(const std::string& token) const {
  const TokenParts parts = partsOf(token);
  const std::string input = token.substr(0, token.rfind('.'));
  const std::string raw = decodeBase64Url(parts.signature);
  TokensByName all = {
      {"another key, our kid", strangersForge().sign(parts.header, parts.claims)},
      {"another user's id, our signature",
       encodeBase64Url(parts.header) + "." +
           encodeBase64Url(withMember(parts.claims, "user_id", std::to_string(id + 1))) + "." +
           parts.signature},
      {"zero signature", input + "." + encodeBase64Url(std::string(raw.size(), '\0'))},
      {"signature of something else",
       input + "." + partsOf(forge().sign(parts.header, "{}")).signature},
      {"truncated signature", input + "." + encodeBase64Url(raw.substr(0, raw.size() - 1))},
      {"extended signature", input + "." + encodeBase64Url(raw + '\0')},
      {"HMAC with no key", input + "." + encodeBase64Url(hmacSha256("", input))},
  };
  for (std::size_t index = 0; index < raw.size(); index += 7) {
    all["signature bit of byte " + std::to_string(index)] =
        input + "." + encodeBase64Url(withFlippedBit(raw, index));
  }
  return all;
}

TokensByName BadTokensTest::wronglyHeaded(const std::string& token) const {
  const TokenParts parts = partsOf(token);
  TokensByName all;
  const auto add = [&](const std::string& name, const std::string& header) {
    all[name] = forge().sign(header, parts.claims);
  };
  for (const char* alg :
       {"\"none\"", "\"None\"", "\"NONE\"", "\"nOnE\"", "null", "1", "[]", "\"\"", "\"hs256\"",
        "\"rs256\"", "\" HS256\"", "\"HS256\\u0000\"", "\"HS384\"", "\"HS512\"", "\"RS384\"",
        "\"RS512\"", "\"PS256\"", "\"ES256\"", "\"EdDSA\""}) {
    const std::string header = withMember(parts.header, "alg", alg);
    add(std::string("alg ") + alg, header);
    all[std::string("unsigned, alg ") + alg] =
        encodeBase64Url(header) + "." + encodeBase64Url(parts.claims) + ".";
  }
  add("the other family's alg",
      withMember(parts.header, "alg", isRs256() ? "\"HS256\"" : "\"RS256\""));
  for (const char* member : {"alg", "kid", "typ"}) {
    add(std::string("without ") + member, withoutMember(parts.header, member));
  }
  for (const char* kid :
       {"\"unknown\"", "\"../../dev/null\"", "\"' OR 1=1 --\"", "1", "[]", "\"\"", "null"}) {
    add(std::string("kid ") + kid, withMember(parts.header, "kid", kid));
  }
  for (const char* typ : {"\"jwt\"", "\"at+jwt\"", "\"JWS\"", "null", "1"}) {
    add(std::string("typ ") + typ, withMember(parts.header, "typ", typ));
  }
  for (const char* extra :
       {"\"crit\":[\"exp\"]", "\"jku\":\"http://127.0.0.1:1/\"", "\"x5u\":\"http://127.0.0.1:1/\"",
        "\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}", "\"x5c\":[]", "\"cty\":\"JWT\"",
        "\"b64\":false", "\"zip\":\"DEF\"", "\"nonce\":\"x\""}) {
    add(std::string("header member ") + extra,
        parts.header.substr(0, parts.header.size() - 1) + "," + extra + "}");
  }
  const std::string alg = isRs256() ? "\"RS256\"" : "\"HS256\"";
  add("repeated alg", withAdded(parts.header, "alg", alg));
  add("repeated typ", withAdded(parts.header, "typ", "\"JWT\""));
  add("header with text after it", parts.header + " x");
  if (isRs256()) {
    const std::string header = withMember(parts.header, "alg", "\"HS256\"");
    const std::string pem = forge().publicPem();
    for (const std::string& secret : {pem, pem.substr(0, pem.size() - 1)}) {
      all["HMAC with the public key, " + std::to_string(secret.size()) + " bytes"] =
          TokenForge(SignerKind::Hs256, secret).sign(header, parts.claims);
    }
  }
  return all;
}

TokensByName BadTokensTest::wronglyClaimed(const std::string& token) const {
  const TokenParts parts = partsOf(token);
  const std::int64_t now = std::stoll(memberOf(parts.claims, "iat"));
  TokensByName all;
  const auto add = [&](const std::string& name, const std::string& claims) {
    all[name] = forge().sign(parts.header, claims);
  };
  const auto with = [&](const std::string& claim, const std::string& value) {
    add(claim + " " + value, withMember(parts.claims, claim, value));
  };
  for (const char* claim : {"token_type", "user_id", "jti", "iat", "exp", "sid", "iss"}) {
    add(std::string("without ") + claim, withoutMember(parts.claims, claim));
    with(claim, "null");
    with(claim, "[]");
    with(claim, "true");
    add(std::string("repeated ") + claim,
        withAdded(parts.claims, claim,
                  claim == std::string("user_id") ? std::to_string(id) : "\"x\""));
  }
  for (const char* value : {"\"1\"", "0", "-1", "1.0", "1e3", "9223372036854775808"}) {
    with("user_id", value);
  }
  for (const char* value : {"\"4102444800\"", "4102444800.5", "4.1e9", "1e999", "-1",
                            "9223372036854775807", "99999999999999999999"}) {
    with("exp", value);
  }
  with("exp", std::to_string(now - 1));
  with("exp", "0");
  with("iat", std::to_string(now + 3600));
  with("iat", "\"0\"");
  with("iat", "1.5");
  with("nbf", std::to_string(now + 3600));
  with("nbf", "\"0\"");
  with("token_type", "\"other\"");
  with("token_type", "\"Access\"");
  with("iss", "\"another-issuer\"");
  with("iss", "\"\"");
  with("sub", "\"" + std::to_string(id + 1) + "\"");
  with("sub", std::to_string(id));
  with("aud", "\"somebody\"");
  with("aud", "[\"somebody\"]");
  add("claims that are an array", "[]");
  add("claims that are text", "text");
  add("no claims at all", "{}");
  return all;
}

TokensByName BadTokensTest::all(const std::string& token) const {
  TokensByName all;
  for (const TokensByName& some :
       {broken(token), wronglySigned(token), wronglyHeaded(token), wronglyClaimed(token)}) {
    all.insert(some.begin(), some.end());
  }
  return all;
}

// Otherwise the other tests of this file would pass for the wrong reason.
TEST_P(BadTokensTest, forgedWithTheRightKeyAndContentIsGood) {
  const TokenParts access = partsOf(tokens.access);
  const TokenParts refresh = partsOf(tokens.refresh);
  EXPECT_EQ(forge().sign(access.header, access.claims), tokens.access);
  expectValid(api.validate(id, forge().sign(access.header, " " + access.claims + "\n")));
  expectValid(api.validate(id, forge().sign(access.header, withAdded(access.claims, "x", "[1]"))));
  const std::string claims = withMember(refresh.claims, "nbf", memberOf(refresh.claims, "iat"));
  expectRefreshed(api.refresh(id, forge().sign(refresh.header, claims)));
}

TEST_P(BadTokensTest, validateTokenGivesOneAnswerForAll) {
  for (const Caller caller : {Caller::Service, Caller::Frontend}) {
    std::set<std::string> answers;
    for (const auto& [name, token] : all(tokens.access)) {
      SCOPED_TRACE(name);
      const Reply reply = api.validate(id, token, caller);
      expectError(reply, kInvalidToken);
      answers.insert(comparable(reply));
    }
    answers.insert(comparable(api.validate(id, tokens.refresh, caller)));
    EXPECT_EQ(answers.size(), 1U);
  }
}

TEST_P(BadTokensTest, invalidateTokensGivesOneAnswerForAll) {
  for (const Caller caller : {Caller::Service, Caller::Frontend}) {
    std::set<std::string> answers;
    for (const auto& [name, token] : all(tokens.access)) {
      SCOPED_TRACE(name);
      const Reply reply = api.invalidate(id, token, caller);
      expectError(reply, kInvalidToken);
      answers.insert(comparable(reply));
    }
    answers.insert(comparable(api.invalidate(id, tokens.refresh, caller)));
    EXPECT_EQ(answers.size(), 1U);
  }
  EXPECT_TRUE(api.isValid(id, tokens.access));
}

TEST_P(BadTokensTest, refreshGivesOneAnswerForAll) {
  std::set<std::string> answers;
  for (const auto& [name, token] : all(tokens.refresh)) {
    SCOPED_TRACE(name);
    const Reply reply = api.refresh(id, token);
    expectError(reply, kInvalidToken);
    answers.insert(comparable(reply));
  }
  const std::int64_t other = newUser();
  api.logIn(other);
  const TokenPair ended = api.logIn(id);
  api.invalidate(id, ended.access);
  const TokenPair alive = api.logIn(id);
  answers.insert(comparable(api.refresh(id, alive.access)));
  answers.insert(comparable(api.refresh(id, ended.refresh)));
  answers.insert(comparable(api.refresh(other, alive.refresh)));
  EXPECT_EQ(answers.size(), 1U);
  EXPECT_TRUE(api.canRefresh(id, alive.refresh));
}

}  // namespace
}  // namespace token_service::test
