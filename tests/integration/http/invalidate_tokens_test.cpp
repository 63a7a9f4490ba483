#include "contract_test.hpp"

namespace token_service::test {
namespace {

class InvalidateTokensTest : public ContractTest {
 protected:
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
};

INSTANTIATE_TEST_SUITE_P(Pairs, InvalidateTokensTest, kPairs, pairName);

TEST_P(InvalidateTokensTest, loggedOutOfEverySession) {
  for (const Caller caller : {Caller::Service, Caller::Frontend}) {
    const std::int64_t user = newUser();
    const TokenPair phone = api.logIn(user);
    const TokenPair laptop = api.logIn(user);
    expectLoggedOut(api.invalidate(user, laptop.access, caller));
    for (const TokenPair& ended : {phone, laptop}) {
      expectError(api.validate(user, ended.access), kTokenMismatch);
      expectError(api.refresh(user, ended.refresh), kUserNotFound);
    }
  }
}

TEST_P(InvalidateTokensTest, othersStayLoggedIn) {
  const std::int64_t other = newUser();
  const TokenPair theirs = api.logIn(other);
  expectLoggedOut(api.invalidate(id, tokens.access));
  EXPECT_TRUE(api.isValid(other, theirs.access));
}

TEST_P(InvalidateTokensTest, everyEncoding) {
  for (const Encoding encoding : {Encoding::Form, Encoding::Multipart}) {
    for (const bool frontend : {true, false}) {
      const std::int64_t user = newUser();
      Fields fields = {{"id", std::to_string(user)}, {"access", api.logIn(user).access}};
      if (frontend) {
        fields.emplace_back("is_frontend", "True");
      }
      const Call call = fieldsCall(kInvalidate, fields, encoding);
      expectLoggedOut(api.send(frontend ? call : withSecret(call)));
    }
  }
}

TEST_P(InvalidateTokensTest, accessTokenAndIdAreRequired) {
  for (const std::string& body : {std::string("{}"), "{\"id\":" + std::to_string(id) + "}",
                                  "{\"access\":\"" + tokens.access + "\"}",
                                  "{\"id\":\"\",\"access\":\"" + tokens.access + "\"}",
                                  "{\"id\":" + std::to_string(id) + ",\"access\":\"\"}"}) {
    SCOPED_TRACE(body);
    expectError(api.send(withSecret(jsonCall(kInvalidate, body))), kAccessTokenAndIdRequired);
  }
  EXPECT_TRUE(api.isValid(id, tokens.access));
}

TEST_P(InvalidateTokensTest, unauthorizedRequest) {
  const std::string body =
      "{\"id\":" + std::to_string(id) + ",\"access\":\"" + tokens.access + "\"";
  expectError(api.send(jsonCall(kInvalidate, body + "}")), kUnauthorizedRequest);
  expectError(api.send(jsonCall(kInvalidate, body + ",\"is_frontend\":\"true\"}")),
              kUnauthorizedRequest);
  expectError(api.send(withSecret(jsonCall(kInvalidate, body + "}"), "wrong")),
              kUnauthorizedRequest);
  expectError(api.send(jsonCall(kInvalidate, "{}")), kUnauthorizedRequest);
  EXPECT_TRUE(api.isValid(id, tokens.access));
}

TEST_P(InvalidateTokensTest, invalidToken) {
  for (const Caller caller : {Caller::Service, Caller::Frontend}) {
    expectError(api.invalidate(id, "a.b.c", caller), kInvalidToken);
    expectError(api.invalidate(id, tokens.refresh, caller), kInvalidToken);
  }
  EXPECT_TRUE(api.isValid(id, tokens.access));
}

TEST_P(InvalidateTokensTest, tokenMismatchIfAnothersWithoutTheSecret) {
  const std::int64_t other = newUser();
  const TokenPair theirs = api.logIn(other);
  expectError(api.invalidate(other, tokens.access, Caller::Frontend), kTokenMismatch);
  EXPECT_TRUE(api.isValid(other, theirs.access));
  EXPECT_TRUE(api.isValid(id, tokens.access));
}

TEST_P(InvalidateTokensTest, tokenMismatchComesBeforeNotLoggedIn) {
  expectError(api.invalidate(newUser(), tokens.access, Caller::Frontend), kTokenMismatch);
}

TEST_P(InvalidateTokensTest, notLoggedIn) {
  expectLoggedOut(api.invalidate(id, tokens.access));
  for (const Caller caller : {Caller::Service, Caller::Frontend}) {
    expectError(api.invalidate(id, tokens.access, caller), kNotLoggedIn);
  }
  const TokenPair admin = api.logIn(newUser());
  expectError(api.invalidate(newUser(), admin.access, Caller::Service), kNotLoggedIn);
}

TEST_P(InvalidateTokensTest, tokenMismatchIfItsOwnSessionHasEndedWithoutTheSecret) {
  expectLoggedOut(api.invalidate(id, tokens.access));
  const TokenPair alive = api.logIn(id);
  expectError(api.invalidate(id, tokens.access, Caller::Frontend), kTokenMismatch);
  EXPECT_TRUE(api.isValid(id, alive.access));
}

TEST_P(InvalidateTokensTest, withTheSecretAnEndedSessionsTokenServes) {
  expectLoggedOut(api.invalidate(id, tokens.access));
  const TokenPair alive = api.logIn(id);
  expectLoggedOut(api.invalidate(id, tokens.access, Caller::Service));
  expectError(api.validate(id, alive.access), kTokenMismatch);
}

TEST_P(InvalidateTokensTest, administratorEndsAnotherUsersSessionsWithTheirOwnToken) {
  const std::int64_t admin = newUser();
  const TokenPair theirs = api.logIn(admin);
  expectLoggedOut(api.invalidate(id, theirs.access, Caller::Service));
  expectError(api.validate(id, tokens.access), kTokenMismatch);
  EXPECT_TRUE(api.isValid(admin, theirs.access));
}

TEST_P(InvalidateTokensTest, validSecretOutranksIsFrontend) {
  const TokenPair admin = api.logIn(newUser());
  const std::string body = "{\"id\":" + std::to_string(id) + ",\"access\":\"" + admin.access +
                           "\",\"is_frontend\":true}";
  expectError(api.send(withSecret(jsonCall(kInvalidate, body), "wrong")), kTokenMismatch);
  expectLoggedOut(api.send(withSecret(jsonCall(kInvalidate, body))));
}

TEST_P(InvalidateTokensTest, aMissingFieldIsReportedBeforeAnInvalidOne) {
  for (const char* body : {R"({"id":0})", R"({"access":1})", R"({"id":"","access":null})"}) {
    SCOPED_TRACE(body);
    expectError(api.send(withSecret(jsonCall(kInvalidate, body))), kAccessTokenAndIdRequired);
  }
}

TEST_P(InvalidateTokensTest, invalidIdIsInvalidRequest) {
  for (const char* bad : {"0", "-1", "1.0", "1e3", "\"+1\"", "\" 1\"", "null", "true", "[]"}) {
    SCOPED_TRACE(bad);
    expectError(
        api.send(withSecret(jsonCall(kInvalidate, std::string("{\"id\":") + bad + ",\"access\":\"" +
                                                      tokens.access + "\"}"))),
        kInvalidRequest);
  }
}

}  // namespace
}  // namespace token_service::test
