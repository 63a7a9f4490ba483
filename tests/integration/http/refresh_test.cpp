#include "contract_test.hpp"

namespace token_service::test {
namespace {

class RefreshTest : public ContractTest {
 protected:
  Reply post(const std::string& body, const Headers& headers) {
    return api.send({"POST", kRefresh, body, kJson, headers});
  }
};

INSTANTIATE_TEST_SUITE_P(Pairs, RefreshTest, kPairs, pairName);

TEST_P(RefreshTest, refreshed) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  const std::string access = api.refreshed(id, tokens.refresh);
  EXPECT_NE(access, tokens.access);
  EXPECT_TRUE(api.isValid(id, access));
  EXPECT_TRUE(api.isValid(id, tokens.access)) << "access.validity is session";
  EXPECT_TRUE(api.canRefresh(id, tokens.refresh)) << "rotation is off";
}

TEST_P(RefreshTest, everyEncodingAndSchemeInAnyCase) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  for (const Encoding encoding : {Encoding::Json, Encoding::Form, Encoding::Multipart}) {
    for (const char* scheme : {"Bearer ", "bearer ", "BEARER ", "bEaReR "}) {
      Call call = fieldsCall(kRefresh, {{"id", std::to_string(id)}}, encoding);
      call.headers.emplace_back("Authorization", scheme + tokens.refresh);
      expectRefreshed(api.send(call));
    }
  }
}

TEST_P(RefreshTest, secretMeansNothing) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  const Call call =
      withBearer(jsonCall(kRefresh, "{\"id\":" + std::to_string(id) + "}"), tokens.refresh);
  expectRefreshed(api.send(withSecret(call)));
  expectRefreshed(api.send(withSecret(call, "wrong")));
}

TEST_P(RefreshTest, refreshTokenIsRequired) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  const std::string body =
      "{\"id\":" + std::to_string(id) + ",\"refresh\":\"" + tokens.refresh + "\"}";
  expectError(post(body, {}), kRefreshTokenRequired);
  for (const std::string& value :
       {std::string("Bearer"), std::string("Bearer "), "Bearer  " + tokens.refresh,
        "Bearer\t" + tokens.refresh, tokens.refresh, "Basic " + tokens.refresh,
        "Token " + tokens.refresh, "Bearer " + tokens.refresh + " x",
        "Bearer " + tokens.refresh + ",x", std::string("Bearer {\"a\":1}")}) {
    SCOPED_TRACE(value);
    expectError(post(body, {{"Authorization", value}}), kRefreshTokenRequired);
  }
  expectError(post("{}", {}), kRefreshTokenRequired);
  expectError(post(R"({"id":0})", {}), kRefreshTokenRequired);
}

TEST_P(RefreshTest, userIdIsRequired) {
  const TokenPair tokens = api.logIn(newUser());
  const Headers headers = {{"Authorization", "Bearer " + tokens.refresh}};
  expectError(post("{}", headers), kUserIdRequired);
  expectError(post(R"({"id":""})", headers), kUserIdRequired);
  expectError(post("{}", {{"Authorization", "Bearer x"}}), kUserIdRequired);
}

TEST_P(RefreshTest, invalidId) {
  const TokenPair tokens = api.logIn(newUser());
  for (const char* id : {"0", "-1", "1.0", "1e3", "\"+1\"", "\" 1\"", "null", "true", "[]", "{}"}) {
    SCOPED_TRACE(id);
    expectError(
        post(std::string("{\"id\":") + id + "}", {{"Authorization", "Bearer " + tokens.refresh}}),
        kInvalidRequest);
  }
}

TEST_P(RefreshTest, invalidTokenCarriesAChallenge) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  const std::int64_t other = newUser();
  api.logIn(other);
  for (const Reply& reply : {api.refresh(id, "x"), api.refresh(id, tokens.access),
                             api.refresh(other, tokens.refresh), api.refresh(id, "a.b.c")}) {
    expectError(reply, kInvalidToken);
    EXPECT_EQ(reply.header("WWW-Authenticate").substr(0, 6), "Bearer");
  }
}

TEST_P(RefreshTest, invalidTokenIfAnothersEvenIfTheUserHasNoSession) {
  const TokenPair tokens = api.logIn(newUser());
  expectError(api.refresh(newUser(), tokens.refresh), kInvalidToken);
}

TEST_P(RefreshTest, userNotFoundAfterLogOut) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  expectLoggedOut(api.invalidate(id, tokens.access));
  expectError(api.refresh(id, tokens.refresh), kUserNotFound);
}

TEST_P(RefreshTest, userNotFoundIfNeverLoggedIn) {
  const std::int64_t stranger = newUser();
  TokenParts parts = partsOf(api.logIn(newUser()).refresh);
  parts.claims = withMember(parts.claims, "user_id", std::to_string(stranger));
  parts.claims = withMember(parts.claims, "sub", "\"" + std::to_string(stranger) + "\"");
  expectError(api.refresh(stranger, forge().sign(parts.header, parts.claims)), kUserNotFound);
}

TEST_P(RefreshTest, invalidTokenIfOnlyItsOwnSessionHasEnded) {
  const std::int64_t id = newUser();
  const TokenPair ended = api.logIn(id);
  expectLoggedOut(api.invalidate(id, ended.access));
  const TokenPair alive = api.logIn(id);
  expectError(api.refresh(id, ended.refresh), kInvalidToken);
  EXPECT_TRUE(api.canRefresh(id, alive.refresh));
}

}  // namespace
}  // namespace token_service::test
