#include "contract_test.hpp"

#include <algorithm>

namespace token_service::test {
namespace {

class GenTokensTest : public ContractTest {
 protected:
  Reply post(const std::string& body) { return api.send(withSecret(jsonCall(kGenTokens, body))); }
};

INSTANTIATE_TEST_SUITE_P(Pairs, GenTokensTest, kPairs, pairName);

TEST_P(GenTokensTest, created) {
  const std::int64_t id = newUser();
  const Reply reply = api.genTokens(id, "ada");
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.json()->size(), 3U) << reply.body;
  const TokenPair tokens{reply.text("refresh"), reply.text("access")};
  EXPECT_TRUE(api.isValid(id, tokens.access));
  EXPECT_TRUE(api.canRefresh(id, tokens.refresh));
}

TEST_P(GenTokensTest, claimsThatSimpleJwtReads) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  const TokenParts access = partsOf(tokens.access);
  const TokenParts refresh = partsOf(tokens.refresh);
  for (const auto& [parts, type] : {std::pair(access, "access"), std::pair(refresh, "refresh")}) {
    EXPECT_EQ(memberOf(parts.claims, "token_type"), type);
    EXPECT_NE(parts.claims.find("\"user_id\":" + std::to_string(id)), std::string::npos)
        << parts.claims;
    EXPECT_EQ(memberOf(parts.claims, "sub"), std::to_string(id));
    EXPECT_EQ(memberOf(parts.claims, "iss"), "token-service");
    EXPECT_EQ(memberOf(parts.header, "typ"), "JWT");
    EXPECT_EQ(memberOf(parts.header, "alg"),
              GetParam().signer == SignerKind::Hs256 ? "HS256" : "RS256");
  }
  const auto lifetime = [](const TokenParts& parts) {
    return std::stoll(memberOf(parts.claims, "exp")) - std::stoll(memberOf(parts.claims, "iat"));
  };
  EXPECT_EQ(lifetime(access), 15 * 60);
  EXPECT_EQ(lifetime(refresh), 24 * 60 * 60);
  EXPECT_EQ(memberOf(access.claims, "sid"), memberOf(refresh.claims, "sid"));
  EXPECT_NE(memberOf(access.claims, "jti"), memberOf(refresh.claims, "jti"));
}

TEST_P(GenTokensTest, unauthorizedRequestIfSecretIsMissingOrWrong) {
  const std::string secret = ServiceSetup::kSecret;
  const Call call = jsonCall(kGenTokens, R"({"id":1,"username":"ada"})");
  expectError(api.send(call), kUnauthorizedRequest);
  for (const std::string& wrong :
       {std::string("wrong"), secret.substr(1), secret + "x", std::string("THE") + secret.substr(3),
        "\"" + secret + "\"", std::string(4000, 'x')}) {
    SCOPED_TRACE(wrong);
    expectError(api.send(withSecret(call, wrong)), kUnauthorizedRequest);
  }
}

TEST_P(GenTokensTest, secretIsCheckedBeforeTheBodyIsParsed) {
  expectError(api.send(jsonCall(kGenTokens, "{")), kUnauthorizedRequest);
  expectError(api.send({"POST", kGenTokens, "x", "text/plain", {}}), kUnauthorizedRequest);
}

TEST_P(GenTokensTest, isFrontendMeansNothing) {
  const std::string body = R"({"id":1,"username":"ada","is_frontend":true})";
  expectError(api.send(jsonCall(kGenTokens, body)), kUnauthorizedRequest);
  EXPECT_EQ(post(body).status, 201);
}

TEST_P(GenTokensTest, usernameAndIdAreRequiredIfEitherIsMissingOrEmpty) {
  for (const char* body : {R"({})", R"({"id":1})", R"({"username":"ada"})",
                           R"({"id":"","username":"ada"})", R"({"id":1,"username":""})"}) {
    SCOPED_TRACE(body);
    expectError(post(body), kUsernameAndIdRequired);
  }
  for (const Encoding encoding : {Encoding::Form, Encoding::Multipart}) {
    for (const Fields& fields :
         {Fields{}, Fields{{"id", "1"}}, Fields{{"username", "ada"}},
          Fields{{"id", ""}, {"username", "ada"}}, Fields{{"id", "1"}, {"username", ""}}}) {
      expectError(api.send(withSecret(fieldsCall(kGenTokens, fields, encoding))),
                  kUsernameAndIdRequired);
    }
  }
}

TEST_P(GenTokensTest, aMissingFieldIsReportedBeforeAnInvalidOne) {
  for (const char* body : {R"({"id":0})", R"({"username":1})", R"({"id":"","username":null})",
                           R"({"id":[],"username":""})"}) {
    SCOPED_TRACE(body);
    expectError(post(body), kUsernameAndIdRequired);
  }
}

TEST_P(GenTokensTest, idIsEchoedInTheTypeItCameInAndIsANumberInTheToken) {
  const auto echo = [](const Reply& reply) {
    return reply.body.substr(0, reply.body.find(",\"refresh\""));
  };
  for (const char* id : {"1", "\"1\"", "9223372036854775807", "\"9223372036854775807\""}) {
    const Reply reply = post(std::string("{\"id\":") + id + ",\"username\":\"ada\"}");
    EXPECT_EQ(reply.status, 201) << id;
    EXPECT_EQ(echo(reply), std::string("{\"id\":") + id);
    const std::string number = reply.json()->getValue<std::string>("id");
    EXPECT_NE(partsOf(reply.text("access")).claims.find("\"user_id\":" + number),
              std::string::npos);
  }
  for (const Encoding encoding : {Encoding::Form, Encoding::Multipart}) {
    const Reply reply =
        api.send(withSecret(fieldsCall(kGenTokens, {{"id", "17"}, {"username", "ada"}}, encoding)));
    EXPECT_EQ(reply.status, 201);
    EXPECT_EQ(echo(reply), "{\"id\":\"17\"");
  }
}

TEST_P(GenTokensTest, idIsAWholeNumberOrDigitsFrom1To2Pow63Minus1) {
  for (const char* id : {"0",
                         "-1",
                         "-0",
                         "1.0",
                         "1e3",
                         "1E0",
                         "9223372036854775808",
                         "18446744073709551617",
                         "1e999",
                         "\"0\"",
                         "\"-1\"",
                         "\"+1\"",
                         "\" 1\"",
                         "\"1 \"",
                         "\"1.0\"",
                         "\"1e3\"",
                         "\"0x1\"",
                         "\"9223372036854775808\"",
                         "\"one\"",
                         "\"\\u0661\"",
                         "\"1\\u0000\"",
                         "null",
                         "true",
                         "false",
                         "[]",
                         "[1]",
                         "{}"}) {
    SCOPED_TRACE(id);
    expectError(post(std::string("{\"id\":") + id + ",\"username\":\"ada\"}"), kInvalidRequest);
  }
  for (const char* id : {"0", "-1", "+1", " 1", "1.0", "1e3", "9223372036854775808"}) {
    SCOPED_TRACE(id);
    for (const Encoding encoding : {Encoding::Form, Encoding::Multipart}) {
      expectError(
          api.send(withSecret(fieldsCall(kGenTokens, {{"id", id}, {"username", "ada"}}, encoding))),
          kInvalidRequest);
    }
  }
}

TEST_P(GenTokensTest, usernameIs1To255CharactersAndIsStoredAsItIs) {
  std::string emoji;
  for (int count = 0; count < 255; ++count) {
    emoji += "\xf0\x9f\xa6\x8a";
  }
  for (const std::string& username :
       {std::string("a"), std::string(255, 'n'), emoji, std::string("'; DROP TABLE UserTokens;--"),
        std::string("${HOME} %s%n {} [] <b>"), std::string(" padded "),
        std::string("\xc3\x84rzte \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"), std::string("null")}) {
    SCOPED_TRACE(username);
    for (const Encoding encoding : {Encoding::Json, Encoding::Form, Encoding::Multipart}) {
      const std::string id = std::to_string(newUser());
      const Reply reply = api.send(
          withSecret(fieldsCall(kGenTokens, {{"id", id}, {"username", username}}, encoding)));
      EXPECT_EQ(reply.status, 201);
      EXPECT_TRUE(api.isValid(std::stoll(id), reply.text("access")));
      const std::string sid = memberOf(partsOf(reply.text("access")).claims, "sid");
      const std::vector<std::string> rows = setup().storedRows();
      EXPECT_EQ(std::count_if(rows.begin(), rows.end(),
                              [&](const std::string& row) {
                                return row.find(sid) != std::string::npos &&
                                       row.find(username) != std::string::npos;
                              }),
                1);
    }
  }
}

TEST_P(GenTokensTest, usernameMayHoldQuotesAndBackslashes) {
  const std::string username = R"("quoted" back\\slash \' \u0041)";
  for (const Encoding encoding : {Encoding::Json, Encoding::Form, Encoding::Multipart}) {
    const std::int64_t id = newUser();
    const Reply reply = api.send(withSecret(
        fieldsCall(kGenTokens, {{"id", std::to_string(id)}, {"username", username}}, encoding)));
    EXPECT_EQ(reply.status, 201);
    EXPECT_TRUE(api.isValid(id, reply.text("access")));
  }
}

TEST_P(GenTokensTest, usernameOfAnyOtherKindIsInvalid) {
  const std::string nine_bits(256, 'n');
  for (const std::string& username :
       {"\"" + nine_bits + "\"", std::string(R"("   ")"), std::string(R"("\u3000\u2003")"),
        std::string(R"("a\u0000b")"), std::string(R"("a\nb")"), std::string(R"("a\tb")"),
        std::string(R"("a\u007fb")"), std::string(R"("a\u0085b")"), std::string(R"("\ud800")"),
        std::string(R"("\udc00\ud800")"), std::string("\"a\xff\""), std::string("\"\xc0\xaf\""),
        std::string("\"\xed\xa0\x80\""), std::string("null"), std::string("5"), std::string("true"),
        std::string("[]"), std::string("{}")}) {
    SCOPED_TRACE(username);
    expectError(post("{\"id\":1,\"username\":" + username + "}"), kInvalidRequest);
  }
  for (const std::string& username : {nine_bits, std::string("  "), std::string("a\nb"),
                                      std::string("a\xff"), std::string("a\0b", 3)}) {
    SCOPED_TRACE(username);
    for (const Encoding encoding : {Encoding::Form, Encoding::Multipart}) {
      expectError(api.send(withSecret(
                      fieldsCall(kGenTokens, {{"id", "1"}, {"username", username}}, encoding))),
                  kInvalidRequest);
    }
  }
}

TEST_P(GenTokensTest, renamedUserHasTheNewNameEverywhere) {
  const std::int64_t id = newUser();
  const std::string old_name = "old-name-of-" + std::to_string(id);
  const std::string new_name = "new-name-of-" + std::to_string(id);
  const TokenPair before = api.logIn(id, old_name);
  const TokenPair after = api.logIn(id, new_name);
  EXPECT_TRUE(api.isValid(id, before.access));
  EXPECT_TRUE(api.isValid(id, after.access));
  int renamed = 0;
  for (const std::string& row : setup().storedRows()) {
    EXPECT_EQ(row.find(old_name), std::string::npos) << row;
    renamed += row.find(new_name) != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(renamed, 2);
}

TEST_P(GenTokensTest, nameOfAnotherUserDoesNotBlockALogIn) {
  const std::int64_t first = newUser();
  const std::int64_t second = newUser();
  const TokenPair first_tokens = api.logIn(first, "same name");
  const TokenPair second_tokens = api.logIn(second, "same name");
  EXPECT_TRUE(api.isValid(first, first_tokens.access));
  EXPECT_TRUE(api.isValid(second, second_tokens.access));
  expectError(api.validate(first, second_tokens.access), kTokenMismatch);
}

}  // namespace
}  // namespace token_service::test
