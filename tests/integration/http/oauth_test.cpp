#include "contract_test.hpp"
#include "forwarder.hpp"
#include "oauth_calls.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> membersOf(const Reply& reply) {
  std::vector<std::string> names;
  reply.json()->getNames(names);
  std::sort(names.begin(), names.end());
  return names;
}

class TokenEndpointTest : public ContractTest {};
class IntrospectTest : public ContractTest {};
class RevokeTest : public ContractTest {};
class OAuthOwnTest : public OwnServiceTest {};
class OAuthOutageTest : public OwnServiceTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, TokenEndpointTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, IntrospectTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, RevokeTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, OAuthOwnTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, OAuthOutageTest, kPostgresPairs, pairName);

// No good token of ours, whatever it looks like.
std::vector<std::string> garbage(const TokenForge& forge, const TokenPair& tokens) {
  const TokenParts refresh = partsOf(tokens.refresh);
  const TokenParts access = partsOf(tokens.access);
  const auto expired = [&](const TokenParts& parts) {
    return forge.sign(parts.header, withMember(parts.claims, "exp", "1700000000"));
  };
  return {"x",
          "a.b.c",
          "..",
          " ",
          "null",
          "\xc3\xa9\xe2\x82\xac",
          "{\"alg\":\"none\"}",
          "'; DROP TABLE user_tokens;--",
          std::string("a\0b", 3),
          "line\r\nSet-Cookie: a=b",
          std::string(2000, '.'),
          std::string(5000, 'x'),
          tokens.refresh + std::string(5000, 'A'),
          tokens.refresh + "x",
          " " + tokens.refresh,
          tokens.access + "=",
          tokens.access.substr(0, tokens.access.size() - 1),
          "Bearer " + tokens.access,
          expired(refresh),
          expired(access),
          forge.sign(access.header, withMember(access.claims, "iss", "\"another\"")),
          forge.sign(access.header, withMember(access.claims, "token_type", "\"id\"")),
          TokenForge(SignerKind::Hs256, std::string(32, 'k')).sign(access.header, access.claims)};
}

TEST_P(TokenEndpointTest, aNewAccessTokenAndNoRefreshTokenWithoutRotation) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  const Reply reply = api.send(refreshGrantCall(tokens.refresh));
  const TokenPair next = expectGranted(reply);
  EXPECT_EQ(next.refresh, "");
  EXPECT_NE(next.access, tokens.access);
  EXPECT_EQ(reply.json()->getValue<std::int64_t>("expires_in"), 900);
  EXPECT_NE(reply.body.find("\"expires_in\":900"), std::string::npos) << "a number";
  EXPECT_TRUE(api.isValid(id, next.access));
  expectGranted(api.send(refreshGrantCall(tokens.refresh)));
  EXPECT_TRUE(api.canRefresh(id, tokens.refresh)) << "one token for both endpoints";
}

TEST_P(TokenEndpointTest, everyEncodingAndTheTrailingSlash) {
  const TokenPair tokens = api.logIn(newUser());
  const Fields fields = {{"grant_type", "refresh_token"}, {"refresh_token", tokens.refresh}};
  for (const Encoding encoding : {Encoding::Json, Encoding::Form, Encoding::Multipart}) {
    expectGranted(api.send(fieldsCall("/oauth2/token", fields, encoding)));
    expectGranted(api.send(fieldsCall("/oauth2/token/", fields, encoding)));
  }
}

TEST_P(TokenEndpointTest, whatClientsAddIsIgnored) {
  const TokenPair tokens = api.logIn(newUser());
  const Call call = refreshGrantCall(tokens.refresh);
  for (const char* more :
       {"&scope=openid+everything", "&client_id=somebody", "&client_id=a&client_secret=wrong",
        "&resource=https%3A%2F%2Fa.example", "&scope=&client_id=&x=%00", "&client_secret="}) {
    Call longer = call;
    longer.body += more;
    SCOPED_TRACE(more);
    expectGranted(api.send(longer));
  }
  Call with_query = call;
  with_query.path += "?tenant=a&client_id=b&grant=c";
  expectGranted(api.send(with_query));
  expectGranted(api.send(withBasic(call, "somebody:wrong")));
  expectGranted(api.send(withAuthorization(call, "Basic ???")));
  expectGranted(api.send(withAuthorization(call, "Digest username=\"a\"")));
  expectGranted(api.send(withSecret(call)));
  expectGranted(api.send(withSecret(call, "wrong")));
  expectGranted(
      api.send(jsonCall(kTokenEndpoint, R"({"grant_type":"refresh_token","client_id":7,"scope":[],)"
                                        R"("refresh_token":")" +
                                            tokens.refresh + "\"}")));
}

TEST_P(TokenEndpointTest, invalidGrant) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  for (const std::string& token : garbage(forge(), tokens)) {
    SCOPED_TRACE(token.substr(0, 60));
    expectInvalidGrant(api.send(refreshGrantCall(token)));
  }
  expectInvalidGrant(api.send(refreshGrantCall(tokens.access)));
  EXPECT_TRUE(api.canRefresh(id, tokens.refresh));
}

TEST_P(TokenEndpointTest, invalidGrantAfterALogOutAndForAUserWhoNeverLoggedIn) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  expectLoggedOut(api.invalidate(id, tokens.access));
  expectInvalidGrant(api.send(refreshGrantCall(tokens.refresh)));
  api.logIn(id);
  expectInvalidGrant(api.send(refreshGrantCall(tokens.refresh)));

  TokenParts parts = partsOf(tokens.refresh);
  const std::string stranger = std::to_string(newUser());
  parts.claims = withMember(parts.claims, "user_id", stranger);
  parts.claims = withMember(parts.claims, "sub", "\"" + stranger + "\"");
  expectInvalidGrant(api.send(refreshGrantCall(forge().sign(parts.header, parts.claims))));
}

TEST_P(TokenEndpointTest, theGrantTypeIsRequiredAndOneIsSupported) {
  const TokenPair tokens = api.logIn(newUser());
  const std::string token = "refresh_token=" + tokens.refresh;
  for (const std::string& body :
       {token, "grant_type=&" + token, "grant_type&" + token, "Grant_Type=refresh_token&" + token,
        std::string("grant_type=refresh_token"),
        std::string("grant_type=refresh_token&refresh_token="),
        "grant_type=refresh_token&token=" + tokens.refresh}) {
    SCOPED_TRACE(body.substr(0, 40));
    expectInvalidRequest(api.send({"POST", kTokenEndpoint, body, kForm, {}}));
  }
  for (const char* type :
       {"password", "authorization_code", "client_credentials", "REFRESH_TOKEN", "refresh_token ",
        "refresh", "\xc3\xa9", "urn:ietf:params:oauth:grant-type:token-exchange"}) {
    SCOPED_TRACE(type);
    const Call with = fieldsCall(
        kTokenEndpoint, {{"grant_type", type}, {"refresh_token", tokens.refresh}}, Encoding::Form);
    expectOAuthError(api.send(with), 400, "unsupported_grant_type");
    const Call without = fieldsCall(kTokenEndpoint, {{"grant_type", type}}, Encoding::Json);
    expectOAuthError(api.send(without), 400, "unsupported_grant_type");
  }
}

TEST_P(TokenEndpointTest, parametersAreTexts) {
  const TokenPair tokens = api.logIn(newUser());
  for (const char* value : {"1", "null", "true", "[]", "[\"refresh_token\"]", "{}"}) {
    SCOPED_TRACE(value);
    expectInvalidRequest(
        api.send(jsonCall(kTokenEndpoint, std::string("{\"grant_type\":") + value +
                                              ",\"refresh_token\":\"" + tokens.refresh + "\"}")));
    expectInvalidRequest(api.send(
        jsonCall(kTokenEndpoint,
                 std::string(R"({"grant_type":"refresh_token","refresh_token":)") + value + "}")));
  }
}

TEST_P(OAuthOwnTest, rotationGivesAPairAndGivesItAgainWithinTheGracePeriod) {
  setup.set("refresh", "{rotation: on}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair first = api.logIn(1);
  const TokenPair second = expectGranted(api.send(refreshGrantCall(first.refresh)));
  EXPECT_NE(second.refresh, "");
  EXPECT_NE(second.refresh, first.refresh);
  const TokenPair again = expectGranted(api.send(refreshGrantCall(first.refresh)));
  EXPECT_EQ(again.refresh, second.refresh) << "byte for byte";
  EXPECT_EQ(again.access, second.access);
  EXPECT_EQ(expectGranted(api.send(refreshGrantCall(first.refresh))).access, second.access);
  EXPECT_TRUE(api.isValid(1, second.access));
  expectGranted(api.send(refreshGrantCall(second.refresh)));
}

// T50
TEST_P(OAuthOwnTest, aTokenThatWasRetiredBeforeIsAnInvalidGrantAndEndsTheSession) {
  setup.set("refresh", "{rotation: on, reuse_grace: 0s}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair first = api.logIn(1);
  const TokenPair second = expectGranted(api.send(refreshGrantCall(first.refresh)));
  expectAnswer(api.send(introspectCall(first.refresh)), 200, kInactive);
  EXPECT_TRUE(api.isValid(1, second.access)) << "introspection ends nothing";
  expectInvalidGrant(api.send(refreshGrantCall(first.refresh)));
  EXPECT_FALSE(api.isValid(1, second.access));
  expectInvalidGrant(api.send(refreshGrantCall(second.refresh)));
}

TEST_P(OAuthOwnTest, aRetiredTokenIsInactiveAndRevokesItsSession) {
  for (const char* grace : {"30s", "0s"}) {
    SCOPED_TRACE(grace);
    setup.set("refresh", std::string("{rotation: on, reuse_grace: ") + grace + "}");
    const ServiceProcess service(setup);
    TokenApi api(service);
    const TokenPair first = api.logIn(1);
    const TokenPair second = expectGranted(api.send(refreshGrantCall(first.refresh)));
    expectAnswer(api.send(introspectCall(first.refresh)), 200, kInactive);
    EXPECT_TRUE(api.send(introspectCall(second.refresh)).json()->getValue<bool>("active"));
    expectAnswer(api.send(revokeCall(first.refresh)), 200, "{}");
    EXPECT_FALSE(api.isValid(1, second.access));
    expectInvalidGrant(api.send(refreshGrantCall(second.refresh)));
  }
}

TEST_P(IntrospectTest, anActiveAccessToken) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id, "ann \"\xc3\xa9\"");
  const Reply reply = api.send(introspectCall(tokens.access));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(membersOf(reply),
            (std::vector<std::string>{"active", "client_id", "exp", "iat", "iss", "jti", "sid",
                                      "sub", "token_type", "token_use", "user_id", "username"}));
  EXPECT_TRUE(reply.json()->getValue<bool>("active"));
  EXPECT_EQ(reply.text("token_type"), "Bearer");
  EXPECT_EQ(reply.text("token_use"), "access");
  EXPECT_EQ(reply.text("client_id"), "tests");
  EXPECT_EQ(reply.text("username"), "ann \"\xc3\xa9\"");
  const std::string claims = partsOf(tokens.access).claims;
  for (const char* name : {"user_id", "sub", "sid", "iss", "iat", "exp", "jti"}) {
    EXPECT_EQ(memberOf(reply.body, name), memberOf(claims, name)) << name;
  }
  EXPECT_NE(reply.body.find("\"user_id\":" + std::to_string(id) + ","), std::string::npos);
  EXPECT_NE(reply.body.find("\"sub\":\"" + std::to_string(id) + "\""), std::string::npos);
}

TEST_P(IntrospectTest, anActiveRefreshToken) {
  const TokenPair tokens = api.logIn(newUser());
  const Reply reply = api.send(introspectCall(tokens.refresh));
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.json()->getValue<bool>("active"));
  EXPECT_FALSE(reply.json()->has("token_type"));
  EXPECT_EQ(reply.text("token_use"), "refresh");
  const std::string claims = partsOf(tokens.refresh).claims;
  for (const char* name : {"user_id", "sub", "sid", "iss", "iat", "exp", "jti"}) {
    EXPECT_EQ(memberOf(reply.body, name), memberOf(claims, name)) << name;
  }
}

TEST_P(IntrospectTest, aNameThatWasChangedIsThePresentOne) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id, "before");
  api.logIn(id, "after");
  EXPECT_EQ(api.send(introspectCall(tokens.access)).text("username"), "after");
}

TEST_P(IntrospectTest, everyEncodingAndAnyHint) {
  const TokenPair tokens = api.logIn(newUser());
  const std::string active = api.send(introspectCall(tokens.access)).body;
  for (const Encoding encoding : {Encoding::Json, Encoding::Form, Encoding::Multipart}) {
    for (const char* hint : {"access_token", "refresh_token", "id_token", "", "?"}) {
      const Fields fields = {{"token", tokens.access}, {"token_type_hint", hint}};
      expectAnswer(api.send(withSecret(fieldsCall("/oauth2/introspect/", fields, encoding))), 200,
                   active);
    }
  }
  expectAnswer(
      api.send(withSecret(jsonCall(kIntrospect, R"({"token_type_hint":7,"client_id":[],"token":")" +
                                                    tokens.access + "\"}"))),
      200, active);
}

TEST_P(IntrospectTest, inactive) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  for (const std::string& token : garbage(forge(), tokens)) {
    SCOPED_TRACE(token.substr(0, 60));
    expectAnswer(api.send(introspectCall(token)), 200, kInactive);
  }
  expectLoggedOut(api.invalidate(id, tokens.access));
  expectAnswer(api.send(introspectCall(tokens.access)), 200, kInactive);
  expectAnswer(api.send(introspectCall(tokens.refresh)), 200, kInactive);
  const TokenPair other = api.logIn(id);
  expectAnswer(api.send(introspectCall(tokens.access)), 200, kInactive);
  EXPECT_TRUE(api.send(introspectCall(other.access)).json()->getValue<bool>("active"));
}

TEST_P(IntrospectTest, theTokenIsRequired) {
  for (const char* body : {"{}", R"({"token":""})", R"({"token":7})", R"({"token":null})",
                           R"({"token":["x"]})", R"({"access_token":"x"})", R"({"Token":"x"})"}) {
    SCOPED_TRACE(body);
    expectInvalidRequest(api.send(withSecret(jsonCall(kIntrospect, body))));
  }
}

TEST_P(IntrospectTest, aServiceSecretIsRequired) {
  const TokenPair tokens = api.logIn(newUser());
  const std::string secret = ServiceSetup::kSecret;
  const Call call = fieldsCall(kIntrospect, {{"token", tokens.access}}, Encoding::Form);
  expectInvalidClient(api.send(call));
  for (const std::string& wrong :
       {std::string(), std::string("wrong"), secret + "x", "x" + secret, "tests:" + secret}) {
    expectInvalidClient(api.send(withSecret(call, wrong)));
  }
  for (const std::string& pair :
       {"tests:" + secret + "x", "Tests:" + secret, ":" + secret, std::string("tests:"),
        std::string(":"), secret, secret + ":tests", "tests :" + secret, "tests:" + secret + "\n",
        "other:" + secret, "tests:" + secret + "%"}) {
    SCOPED_TRACE(pair);
    expectInvalidClient(api.send(withBasic(call, pair)));
  }
  for (const std::string& value :
       {std::string("Basic"), "Basic tests:" + secret, "Bearer " + secret,
        "Bearer " + tokens.access, "Token " + secret, secret}) {
    SCOPED_TRACE(value);
    expectInvalidClient(api.send(withAuthorization(call, value)));
  }
  Call in_body = call;
  in_body.body += "&client_id=tests&client_secret=" + secret;
  expectInvalidClient(api.send(in_body));
  EXPECT_EQ(api.send(withSecret(call)).status, 200);
}

TEST_P(IntrospectTest, basicWithNameAndSecret) {
  const TokenPair tokens = api.logIn(newUser());
  const std::string secret = ServiceSetup::kSecret;
  const Call call = fieldsCall(kIntrospect, {{"token", tokens.access}}, Encoding::Form);
  for (const std::string& pair : {"tests:" + secret, "%74es%74s:" + secret,
                                  "tests:%74" + secret.substr(1), "test%73:" + secret}) {
    SCOPED_TRACE(pair);
    const Reply reply = api.send(withBasic(call, pair));
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(reply.json()->getValue<bool>("active"));
  }
}

TEST_P(IntrospectTest, changesNothing) {
  const TokenPair tokens = api.logIn(newUser());
  const std::vector<std::string> before = setup().storedRows();
  for (const std::string& token : {tokens.access, tokens.refresh, std::string("x")}) {
    EXPECT_EQ(api.send(introspectCall(token)).status, 200);
  }
  EXPECT_EQ(setup().storedRows(), before);
}

TEST_P(OAuthOwnTest, namesAndSecretsOfBasicAreFormEncoded) {
  setup.set("service_secrets",
            "[{name: tests, secret: the-service-secret-of-the-contract-tests}, "
            "{name: a_b.c-d, secret: \"100%+plus&more=\\u00e9 and 32 bytes\"}]");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  const Call call = fieldsCall(kIntrospect, {{"token", tokens.access}}, Encoding::Form);
  const std::string encoded = "100%25%2Bplus%26more%3d%c3%a9+and%2032+bytes";
  EXPECT_EQ(api.send(withBasic(call, "a_b.c-d:" + encoded)).status, 200);
  EXPECT_EQ(api.send(withBasic(call, "a%5fb%2Ec-%64:" + encoded)).status, 200);
  expectInvalidClient(api.send(withBasic(call, "a_b.c-d:100%+plus&more=\xc3\xa9 and 32 bytes")));
  expectInvalidClient(api.send(withBasic(call, "tests:" + encoded)));
  expectInvalidClient(api.send(withBasic(call, std::string("a_b.c-d:") + ServiceSetup::kSecret)));
}

TEST_P(OAuthOwnTest, aSecretThatMayNotIntrospectIsAnInvalidClient) {
  const std::string reader(40, 'r');
  setup.set("service_secrets",
            "[{name: tests, secret: the-service-secret-of-the-contract-tests, allow: [issue, "
            "validate, invalidate, sessions]}, {name: reader, secret: " +
                reader + ", allow: [introspect]}]");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  const Call call = fieldsCall(kIntrospect, {{"token", tokens.access}}, Encoding::Form);
  expectInvalidClient(api.send(withSecret(call)));
  expectInvalidClient(api.send(withBasic(call, std::string("tests:") + ServiceSetup::kSecret)));
  const Reply reply = api.send(withSecret(call, reader));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.text("client_id"), "tests") << "who logged the user in, not who asks";
  EXPECT_EQ(api.send(withBasic(call, "reader:" + reader)).body, reply.body);
}

TEST_P(OAuthOwnTest, audienceAndSupersededAccessTokens) {
  setup.set("tokens", "{audience: the-api}");
  setup.set("access", "{validity: latest}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  EXPECT_EQ(api.send(introspectCall(tokens.access)).text("aud"), "the-api");
  EXPECT_EQ(api.send(introspectCall(tokens.refresh)).text("aud"), "the-api");
  const TokenPair next = expectGranted(api.send(refreshGrantCall(tokens.refresh)));
  expectAnswer(api.send(introspectCall(tokens.access)), 200, kInactive);
  EXPECT_TRUE(api.send(introspectCall(next.access)).json()->getValue<bool>("active"));
}

TEST_P(OAuthOwnTest, withARefreshSignerOfItsOwn) {
  setup.set("refresh_signer", ServiceSetup::refreshSignerSection());
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  EXPECT_EQ(api.send(introspectCall(tokens.refresh)).text("token_use"), "refresh");
  EXPECT_EQ(api.send(introspectCall(tokens.access)).text("token_use"), "access");
  expectGranted(api.send(refreshGrantCall(tokens.refresh)));
  expectAnswer(api.send(revokeCall(tokens.refresh)), 200, "{}");
  expectAnswer(api.send(introspectCall(tokens.access)), 200, kInactive);
}

TEST_P(RevokeTest, eitherTokenEndsItsSessionAndNoOther) {
  const std::int64_t id = newUser();
  const TokenPair other = api.logIn(id);
  for (const auto member : {&TokenPair::access, &TokenPair::refresh}) {
    const TokenPair tokens = api.logIn(id);
    for (int count = 0; count < 3; ++count) {
      expectAnswer(api.send(revokeCall(tokens.*member)), 200, "{}");
      expectError(api.validate(id, tokens.access), kTokenMismatch);
      expectError(api.refresh(id, tokens.refresh), kInvalidToken);
      expectInvalidGrant(api.send(refreshGrantCall(tokens.refresh)));
    }
  }
  EXPECT_TRUE(api.isValid(id, other.access));
  EXPECT_TRUE(api.canRefresh(id, other.refresh));
}

TEST_P(RevokeTest, anOlderAccessTokenOfTheSessionEndsIt) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  const std::string next = api.refreshed(id, tokens.refresh);
  expectAnswer(api.send(revokeCall(tokens.access)), 200, "{}");
  EXPECT_FALSE(api.isValid(id, next));
}

TEST_P(RevokeTest, everyEncodingAnyHintAnyClient) {
  const std::int64_t id = newUser();
  for (const Encoding encoding : {Encoding::Json, Encoding::Form, Encoding::Multipart}) {
    for (const char* hint : {"access_token", "refresh_token", "unknown", ""}) {
      const TokenPair tokens = api.logIn(id);
      const Fields fields = {
          {"token", tokens.access}, {"token_type_hint", hint}, {"client_id", "somebody"}};
      expectAnswer(api.send(fieldsCall("/oauth2/revoke/", fields, encoding)), 200, "{}");
      EXPECT_FALSE(api.isValid(id, tokens.access));
    }
  }
  const auto ends = [&](auto&& with) {
    const TokenPair tokens = api.logIn(id);
    expectAnswer(api.send(with(revokeCall(tokens.refresh))), 200, "{}");
    EXPECT_FALSE(api.isValid(id, tokens.access));
  };
  ends([](Call call) { return withSecret(std::move(call)); });
  ends([](Call call) { return withSecret(std::move(call), "wrong"); });
  ends([](Call call) { return withBasic(std::move(call), "somebody:wrong"); });
  ends([](Call call) { return withAuthorization(std::move(call), "Basic ???"); });
  ends([](Call call) {
    call.body += "&client_secret=wrong";
    return call;
  });
}

TEST_P(RevokeTest, whatIsNoGoodTokenEndsNothing) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  for (const std::string& token : garbage(forge(), tokens)) {
    SCOPED_TRACE(token.substr(0, 60));
    expectAnswer(api.send(revokeCall(token)), 200, "{}");
  }
  EXPECT_TRUE(api.isValid(id, tokens.access));
  EXPECT_TRUE(api.canRefresh(id, tokens.refresh));
}

TEST_P(RevokeTest, theTokenIsRequired) {
  for (const char* body : {"{}", R"({"token":""})", R"({"token":7})", R"({"token":null})",
                           R"({"refresh_token":"x"})", R"({"access_token":"x"})"}) {
    SCOPED_TRACE(body);
    expectInvalidRequest(api.send(jsonCall(kRevoke, body)));
  }
}

TEST_P(OAuthOutageTest, unavailableIsNobodysFault) {
  Forwarder forwarder("127.0.0.1", setup.postgresPort());
  setup.setPostgresPort(forwarder.port());
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  forwarder.set(Forwarder::Mode::Refuse);
  for (const Call& call :
       {refreshGrantCall(tokens.refresh), introspectCall(tokens.access),
        introspectCall(tokens.refresh), revokeCall(tokens.access), revokeCall(tokens.refresh)}) {
    expectError(api.send(call), kUnavailable);
  }
  expectInvalidGrant(api.send(refreshGrantCall("x")));
  expectAnswer(api.send(introspectCall("x")), 200, kInactive);
  expectAnswer(api.send(revokeCall("x")), 200, "{}");
  expectInvalidClient(api.send(jsonCall(kIntrospect, "{}")));
  forwarder.set(Forwarder::Mode::Forward);
  Reply revoked;
  for (int attempt = 0; attempt < 100 && revoked.status != 200; ++attempt) {
    std::this_thread::sleep_for(20ms);
    revoked = api.send(revokeCall(tokens.access));
  }
  expectAnswer(revoked, 200, "{}");
  EXPECT_FALSE(api.isValid(1, tokens.access));
}

}  // namespace
}  // namespace token_service::test
