#include "contract_test.hpp"
#include "oauth_calls.hpp"

namespace token_service::test {
namespace {

class OAuthRefusalsTest : public ContractTest {
 protected:
  // A session of its own, so that what is refused must have left it alone.
  OAuthRefusalsTest() : id(newUser()), tokens(api.logIn(id)) {}

  void TearDown() override {
    EXPECT_TRUE(api.isValid(id, tokens.access)) << "what was refused has done nothing";
  }

  Call good(const std::string& path) { return oauthCall(path, tokens.refresh); }

  const std::int64_t id;
  const TokenPair tokens;
};

class OAuthCorsTest : public OwnServiceTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, OAuthRefusalsTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, OAuthCorsTest, kPairs, pairName);

Call withQuery(Call call, const std::string& query) {
  call.path += "?" + query;
  return call;
}

Call withMore(Call call, const std::string& body) {
  call.body += body;
  return call;
}

// H20
TEST_P(OAuthRefusalsTest, aTokenOrSecretInTheQueryString) {
  for (const std::string path : kOAuthEndpoints) {
    for (const char* name :
         {"token", "access_token", "refresh_token", "client_secret", "tok%65n"}) {
      SCOPED_TRACE(path + " " + name);
      const std::string query = name + ("=" + tokens.access);
      expectInvalidRequest(api.send(withQuery(good(path), query)));
      expectInvalidRequest(api.send(withQuery(good(path + "/"), "a=1&" + query)));
      expectInvalidRequest(api.send(withQuery(jsonCall(path, "{}"), query)));
      expectInvalidRequest(api.send(withQuery(good(path), std::string(name) + "=")));
    }
    if (path != kRevoke) {
      EXPECT_EQ(api.send(withQuery(good(path), "a=1&tenant=2")).status, 200);
    }
  }
}

TEST_P(OAuthRefusalsTest, parametersOfTheQueryStringCountForNothing) {
  expectInvalidRequest(api.send({"POST",
                                 std::string(kTokenEndpoint) + "?grant_type=refresh_token",
                                 "refresh_token=" + tokens.refresh,
                                 kForm,
                                 {}}));
}

TEST_P(OAuthRefusalsTest, aDuplicatedParameter) {
  for (const std::string path : kOAuthEndpoints) {
    SCOPED_TRACE(path);
    const Call call = good(path);
    for (const char* more : {"&a=1&a=1", "&a=1&a=2", "&a&%61", "&scope=x&scope=x"}) {
      expectInvalidRequest(api.send(withMore(call, more)));
    }
    for (const char* name : {"token", "refresh_token", "grant_type"}) {
      if (("&" + call.body).find(std::string("&") + name + "=") != std::string::npos) {
        const std::string again = std::string("&") + name + "=refresh_token";
        expectInvalidRequest(api.send(withMore(call, again)));
        expectInvalidRequest(api.send(withMore(call, std::string("&") + name + "=")));
      }
    }
    expectInvalidRequest(api.send(withQuery(call, "a=1&a=1")));
    expectInvalidRequest(api.send(withQuery(withMore(call, "&scope=x"), "scope=x")));
    expectInvalidRequest(api.send(withQuery(withMore(call, "&scope=x"), "sc%6fpe=y")));
    expectInvalidRequest(api.send(
        withSecret(jsonCall(path, R"({"grant_type":"refresh_token","token":"x","token":"x"})"))));
    expectInvalidRequest(api.send(withSecret(
        fieldsCall(path, {{"token", "x"}, {"refresh_token", "x"}, {"a", "1"}, {"a", "1"}},
                   Encoding::Multipart))));
  }
  expectInvalidRequest(api.send(withQuery(good(kTokenEndpoint), "grant_type=refresh_token")));
}

TEST_P(OAuthRefusalsTest, aMalformedQueryString) {
  for (const std::string path : kOAuthEndpoints) {
    for (const char* query : {"a=%", "a=%4", "a=%zz", "%", "a=%ff", "%c0%af=1"}) {
      SCOPED_TRACE(path + "?" + query);
      expectInvalidRequest(api.send(withQuery(good(path), query)));
    }
  }
}

TEST_P(OAuthRefusalsTest, aMalformedBody) {
  for (const std::string path : kOAuthEndpoints) {
    for (const char* body : {"", " ", "{", "[]", "\"x\"", "null", "{} {}", "{\"token\":\"x\",}",
                             "{\"token\":\"\\ud800\"}", "{\"token\":\"\xff\"}", "\xef\xbb\xbf{}",
                             "{\"token\\u0000\":\"x\"}", "[[[[[[[[[[[[[[[[["}) {
      SCOPED_TRACE(path + " " + body);
      expectInvalidRequest(api.send(withSecret(jsonCall(path, body))));
    }
    for (const char* body : {"", "token=%", "token=%zz", "token=%ff", "token"}) {
      SCOPED_TRACE(path + " " + body);
      expectInvalidRequest(api.send(withSecret({"POST", path, body, kForm, {}})));
    }
    for (const char* body : {"", "token=x", "--the-boundary", "--other--\r\n"}) {
      SCOPED_TRACE(path + " " + body);
      expectInvalidRequest(api.send(withSecret({"POST", path, body, kMultipart, {}})));
    }
  }
}

TEST_P(OAuthRefusalsTest, credentialsTwice) {
  const std::string basic = std::string("tests:") + ServiceSetup::kSecret;
  const std::string in_body =
      std::string("&client_id=tests&client_secret=") + ServiceSetup::kSecret;
  for (const std::string path : kOAuthEndpoints) {
    SCOPED_TRACE(path);
    Call call = good(path);
    call.headers.clear();
    expectInvalidRequest(api.send(withSecret(withBasic(call, basic))));
    expectInvalidRequest(api.send(withSecret(withMore(call, in_body))));
    expectInvalidRequest(api.send(withBasic(withMore(call, in_body), basic)));
    expectInvalidRequest(api.send(withSecret(withBasic(withMore(call, in_body), basic))));
    if (path != kIntrospect) {
      expectInvalidRequest(api.send(withSecret(withBasic(call, "x:y"), "wrong")));
      expectInvalidRequest(api.send(withSecret(withAuthorization(call, "Basic"), "wrong")));
      expectInvalidRequest(api.send(withBasic(withMore(call, "&client_secret=x"), "x:y")));
    }
    for (const Call& repeated :
         {withSecret(withSecret(call)), withBasic(withBasic(call, basic), basic),
          withBasic(withBearer(call, tokens.access), basic)}) {
      TokenApi fresh(service());
      expectInvalidRequest(fresh.send(repeated));
    }
  }
}

// Before the body is parsed nobody knows of the secret in it.
TEST_P(OAuthRefusalsTest, theCredentialComesBeforeTheBody) {
  const auto refused = [&](const Call& call) { expectInvalidClient(api.send(call)); };
  refused(jsonCall(kIntrospect, "{"));
  refused(jsonCall(kIntrospect, "{}"));
  refused({"POST", kIntrospect, "token=x", "text/plain", {}});
  refused({"POST", kIntrospect, "token=x&token=x&client_secret=x", kForm, {}});
  refused(withBasic(jsonCall(kIntrospect, R"({"client_secret":"x"})"), "tests:wrong"));
  refused(withSecret(jsonCall(kIntrospect, R"({"client_secret":"x"})"), "wrong"));
  refused(withBearer(jsonCall(kIntrospect, R"({"token":"x"})"), tokens.access));
}

TEST_P(OAuthRefusalsTest, aTokenInHeaderAndBody_A08) {
  for (const std::string path : kOAuthEndpoints) {
    for (const char* header : {"Bearer x", "bearer x", "Bearer", "Bearer  x", "Bearer a b",
                               "Bearer a,b", "BEARER \"x\""}) {
      SCOPED_TRACE(path + " " + header);
      expectInvalidRequest(api.send(withAuthorization(good(path), header)));
    }
    expectInvalidRequest(api.send(withBearer(good(path), tokens.refresh)));
    Call header_only =
        withBearer(withSecret(jsonCall(path, R"({"grant_type":"refresh_token"})")), tokens.refresh);
    expectInvalidRequest(api.send(header_only));
  }
}

TEST_P(OAuthRefusalsTest, nothingIsEchoed) {
  const std::string mark = "tell-tale";
  for (const std::string path : kOAuthEndpoints) {
    for (const Call& call :
         {withQuery(good(path), "token=" + mark), withQuery(good(path), mark + "=%"),
          withMore(good(path), "&" + mark + "=1&" + mark + "=1"),
          withSecret(jsonCall(path, "{\"grant_type\":\"" + mark + "\",\"token\":7}")),
          oauthCall(path, mark)}) {
      EXPECT_EQ(api.send(call).body.find(mark), std::string::npos);
    }
  }
}

TEST_P(OAuthRefusalsTest, theRestIsAsEverywhere) {
  for (const std::string path : kOAuthEndpoints) {
    SCOPED_TRACE(path);
    for (const char* method : {"GET", "DELETE", "TRACE", "post"}) {
      const Reply reply = api.send({method, path, "", "", {}});
      expectError(reply, kMethodNotAllowed);
      EXPECT_EQ(reply.header("Allow"), "POST, OPTIONS");
    }
    expectError(api.send({"GET", path + "?token=x", "", "", {}}), kMethodNotAllowed);
    expectError(api.send({"PUT", path, "{}", kJson, {}}), kMethodNotAllowed);
    const Reply head = api.send({"HEAD", path, "", "", {}});
    EXPECT_EQ(head.status, 405);
    EXPECT_EQ(head.header("Allow"), "POST, OPTIONS");
    const Reply options = api.send({"OPTIONS", path + "/", "", "", {}});
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.header("Allow"), "POST, OPTIONS");
    for (const char* type :
         {"", "text/plain", "application/xml", "application/x-www-form-urlencoded; charset=latin1",
          "application/jwt", "multipart/form-data"}) {
      SCOPED_TRACE(type);
      expectError(api.send(withSecret({"POST", path, "token=x", type, {}})), kUnsupportedMediaType);
    }
    Call packed = good(path);
    packed.headers.emplace_back("Content-Encoding", "gzip");
    expectError(api.send(packed), kUnsupportedMediaType);
    TokenApi fresh(service());
    expectError(fresh.send(withSecret(jsonCall(path, std::string(16 * 1024 + 1, ' ')))),
                kPayloadTooLarge);
    expectError(api.send(jsonCall(path + "/x", "{}")), kNotFound);
    expectError(api.send(jsonCall(path + "//", "{}")), kNotFound);
  }
  for (const char* path : {"/oauth2", "/oauth2/", "/oauth2/authorize", "/OAuth2/token"}) {
    expectError(api.send(jsonCall(path, "{}")), kNotFound);
  }
}

TEST_P(OAuthCorsTest, browsersOfOtherOriginsAreNotServed) {
  setup.set("cors", "{allowed_origins: [\"*\"]}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  for (const std::string path : kOAuthEndpoints) {
    for (Call call : {oauthCall(path, tokens.refresh), jsonCall(path, "{"),
                      Call{"OPTIONS", path, "", "", {{"Access-Control-Request-Method", "POST"}}}}) {
      call.headers.emplace_back("Origin", "https://app.example.org");
      const Reply reply = api.send(call);
      for (const char* name : {"Access-Control-Allow-Origin", "Access-Control-Allow-Methods",
                               "Access-Control-Allow-Headers", "Access-Control-Max-Age", "Vary"}) {
        EXPECT_FALSE(reply.has(name)) << name;
      }
    }
  }
}

}  // namespace
}  // namespace token_service::test
