#include "contract_test.hpp"

#include <set>

namespace token_service::test {
namespace {

const char* const kEndpoints[] = {"/auth/token/gen-tokens", "/auth/token/refresh",
                                  "/auth/token/validate-token", "/auth/token/invalidate-tokens"};
const char* const kStatusPages[] = {"/health/live", "/health/ready"};

class CommonRulesTest : public ContractTest {
 protected:
  Reply send(const std::string& method, const std::string& path, const Headers& headers = {}) {
    return api.send({method, path, "", "", headers});
  }
};

INSTANTIATE_TEST_SUITE_P(Pairs, CommonRulesTest, kPairs, pairName);

std::string withoutSlash(const std::string& path) { return path.substr(0, path.size() - 1); }

TEST_P(CommonRulesTest, trailingSlashMakesNoDifference) {
  const std::int64_t id = newUser();
  const std::string id_text = std::to_string(id);
  const Reply created = api.send(withSecret(
      jsonCall(withoutSlash(kGenTokens), "{\"id\":" + id_text + ",\"username\":\"ada\"}")));
  EXPECT_EQ(created.status, 201);
  const std::string body = "{\"id\":" + id_text + ",\"access\":\"" + created.text("access") + "\"}";
  expectRefreshed(
      api.send(withBearer(jsonCall(withoutSlash(kRefresh), body), created.text("refresh"))));
  expectValid(api.send(withSecret(jsonCall(withoutSlash(kValidate), body))));
  expectLoggedOut(api.send(withSecret(jsonCall(withoutSlash(kInvalidate), body))));
  for (const std::string path : kStatusPages) {
    EXPECT_EQ(send("GET", path + "/").body, send("GET", path).body);
  }
}

TEST_P(CommonRulesTest, queryCountsForNothing) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  const std::string query = "?id=" + std::to_string(id) + "&access=" + tokens.access +
                            "&is_frontend=true&access_token=" + tokens.access;
  expectError(api.send(withSecret(jsonCall(kValidate + query, "{}"))), kInvalidToken);
  expectError(api.send(jsonCall(kRefresh + query, "{}")), kRefreshTokenRequired);
  EXPECT_EQ(send("GET", "/health/live?x=1").status, 200);
}

TEST_P(CommonRulesTest, unknownPathIsNotFound) {
  for (const char* path :
       {"/auth", "/auth/", "/auth/token", "/auth/token/", "/auth/token/gen-tokens//",
        "//auth/token/gen-tokens/", "/auth/token/gen-tokens/x", "/AUTH/token/gen-tokens/",
        "/auth/token/../token/gen-tokens/", "/auth/token/%67en-tokens/", "/auth%2ftoken/refresh/",
        "/health", "/health/live/x", "/index.html", "/auth/token/gen-tokens%00"}) {
    for (const char* method : {"GET", "POST", "DELETE", "OPTIONS"}) {
      SCOPED_TRACE(std::string(method) + " " + path);
      expectError(send(method, path), kNotFound);
    }
  }
}

TEST_P(CommonRulesTest, wrongMethodIsNotAllowed) {
  for (const std::string path : kEndpoints) {
    for (const char* method : {"GET", "PUT", "PATCH", "DELETE", "TRACE", "FOO", "post"}) {
      SCOPED_TRACE(method + path);
      Call call{method, path + "/", "", "", {}};
      if (call.method == "PUT" || call.method == "PATCH") {
        call.body = "{}";
      }
      const Reply reply = api.send(call);
      expectError(reply, kMethodNotAllowed);
      EXPECT_EQ(reply.header("Allow"), "POST, OPTIONS");
    }
    const Reply head = send("HEAD", path);
    EXPECT_EQ(head.status, 405);
    EXPECT_EQ(head.header("Allow"), "POST, OPTIONS");
  }
  for (const std::string path : {"/health/live", "/health/ready", "/"}) {
    for (const char* method : {"POST", "PUT", "DELETE"}) {
      SCOPED_TRACE(method + path);
      const Reply reply = api.send({method, path, "{}", kJson, {}});
      expectError(reply, kMethodNotAllowed);
      EXPECT_EQ(reply.header("Allow"), "GET, HEAD, OPTIONS");
    }
  }
}

TEST_P(CommonRulesTest, headWorksWhereverGetDoes) {
  for (const std::string path : {"/", "/health/live", "/health/ready", "/health/live/"}) {
    SCOPED_TRACE(path);
    const Reply get = send("GET", path);
    const Reply head = send("HEAD", path);
    EXPECT_EQ(get.status, 200);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("Content-Length"), std::to_string(get.body.size()));
  }
}

TEST_P(CommonRulesTest, optionsIsAnsweredWithoutCorsIfNotConfigured) {
  for (const std::string path : kEndpoints) {
    const Reply reply =
        send("OPTIONS", path + "/",
             {{"Origin", "https://app.example.org"}, {"Access-Control-Request-Method", "POST"}});
    EXPECT_EQ(reply.status, 204);
    EXPECT_EQ(reply.header("Allow"), "POST, OPTIONS");
    for (const char* name : {"Access-Control-Allow-Origin", "Access-Control-Allow-Methods",
                             "Access-Control-Allow-Headers", "Access-Control-Max-Age", "Vary"}) {
      EXPECT_FALSE(reply.has(name)) << name;
    }
  }
  const Reply live = send("OPTIONS", "/health/live");
  EXPECT_EQ(live.status, 204);
  EXPECT_EQ(live.header("Allow"), "GET, HEAD, OPTIONS");
}

TEST_P(CommonRulesTest, rootAnswersWithNameAndVersion) {
  const Reply reply = send("GET", "/");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json()->size(), 2U);
  EXPECT_EQ(reply.text("name"), "token-service");
  EXPECT_NE(reply.text("version"), "");
}

TEST_P(CommonRulesTest, healthNamesEveryComponent) {
  EXPECT_EQ(send("GET", "/health/live").status, 200);
  const Reply ready = send("GET", "/health/ready");
  EXPECT_EQ(ready.status, 200);
  const auto components = ready.json()->getObject("components");
  ASSERT_FALSE(components.isNull()) << ready.body;
  const Pair pair = GetParam();
  EXPECT_EQ(components->getObject("signer")->getValue<std::string>("plugin"),
            pair.signer == SignerKind::Hs256 ? "signer-hs256" : "signer-rs256");
  EXPECT_EQ(components->getObject("store")->getValue<std::string>("plugin"),
            pair.store == StoreKind::Sqlite ? "store-sqlite" : "store-postgres");
  for (const char* role : {"signer", "store"}) {
    EXPECT_EQ(components->getObject(role)->getValue<std::string>("state"), "ready");
  }
}

TEST_P(CommonRulesTest, requestIdIsTheCallersIfUsableElseMade) {
  for (const std::string& id : {std::string("a"), std::string("Az09._-"), std::string(128, 'x')}) {
    EXPECT_EQ(send("GET", "/", {{"X-Request-ID", id}}).header("X-Request-ID"), id);
    const Call call = jsonCall(kGenTokens, "{}");
    EXPECT_EQ(api.send({call.method, call.path, call.body, kJson, {{"X-Request-ID", id}}})
                  .header("X-Request-ID"),
              id);
  }
  std::set<std::string> made;
  for (const std::string& id :
       {std::string(""), std::string("a b"), std::string(129, 'x'), std::string("a/b"),
        std::string("a\xc3\xa4"), std::string("=?x?=")}) {
    const std::string answered = send("GET", "/", {{"X-Request-ID", id}}).header("X-Request-ID");
    EXPECT_NE(answered, id);
    made.insert(answered);
  }
  EXPECT_EQ(made.size(), 6U);
}

TEST_P(CommonRulesTest, threeMediaTypesWithOrWithoutCharset) {
  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  const Fields fields = {{"id", std::to_string(id)}, {"access", tokens.access}};
  for (const Encoding encoding : {Encoding::Json, Encoding::Form, Encoding::Multipart}) {
    for (const char* parameter :
         {"", "; charset=utf-8", ";charset=UTF-8", "; charset=\"utf-8\"", " ; Charset=Utf-8"}) {
      Call call = withSecret(fieldsCall(kValidate, fields, encoding));
      call.content_type += parameter;
      SCOPED_TRACE(call.content_type);
      expectValid(api.send(call));
    }
  }
  Call upper = withSecret(fieldsCall(kValidate, fields, Encoding::Json));
  upper.content_type = "Application/JSON";
  expectValid(api.send(upper));
}

TEST_P(CommonRulesTest, otherMediaTypeIsUnsupported) {
  for (const char* type :
       {"", "text/plain", "text/json", "application/xml", "application/jsonx", "json",
        "application/json; charset=utf-16", "application/json; charset=latin1",
        "application/json; charset=utf-8; charset=utf-8",
        "application/x-www-form-urlencoded; charset=iso-8859-1", "multipart/form-data",
        "multipart/mixed; boundary=the-boundary", "multipart/form-data; boundary=\"\""}) {
    SCOPED_TRACE(type);
    for (const char* path : {kGenTokens, kRefresh, kValidate, kInvalidate}) {
      expectError(api.send(withSecret({"POST", path, "{}", type, {}})), kUnsupportedMediaType);
    }
  }
  Call packed = withSecret(jsonCall(kValidate, "{}"));
  packed.headers.emplace_back("Content-Encoding", "gzip");
  expectError(api.send(packed), kUnsupportedMediaType);
}

TEST_P(CommonRulesTest, bodyOver16KiBIsTooLarge) {
  const auto padded = [](std::size_t size) {
    const std::string start = R"({"id":1,"username":"ada","x":")";
    return start + std::string(size - start.size() - 2, 'x') + "\"}";
  };
  EXPECT_EQ(api.send(withSecret(jsonCall(kGenTokens, padded(16 * 1024)))).status, 201);
  for (const char* path : {kGenTokens, kRefresh, kValidate, kInvalidate, "/unknown"}) {
    TokenApi fresh(service());
    const Reply reply = fresh.send(jsonCall(path, padded(16 * 1024 + 1)));
    expectError(reply, kPayloadTooLarge);
    EXPECT_EQ(reply.header("Connection"), "close");
  }
}

TEST_P(CommonRulesTest, malformedBodyIsInvalid) {
  const std::string deep(8000, '[');
  for (const std::string& body : {std::string(""),
                                  std::string(" "),
                                  std::string("{"),
                                  std::string("{\"id\":1"),
                                  std::string("[]"),
                                  std::string("[{\"id\":1}]"),
                                  std::string("\"id\""),
                                  std::string("1"),
                                  std::string("null"),
                                  std::string("true"),
                                  std::string("{} {}"),
                                  std::string("{}x"),
                                  std::string("{'id':1}"),
                                  std::string("{\"id\":1,}"),
                                  std::string("{\"id\":NaN}"),
                                  std::string("{\"id\":01}"),
                                  std::string("{\"id\":+1}"),
                                  std::string("{\"id\":1 /*x*/}"),
                                  std::string("\xef\xbb\xbf{}"),
                                  std::string("{\"x\":\"\xff\"}"),
                                  std::string("{\"x\":\"\xc0\xaf\"}"),
                                  std::string("{\"x\":\"\\ud800\"}"),
                                  std::string("{\"x\":\"\n\"}"),
                                  std::string("{\"id\":1,\"id\":1}"),
                                  std::string("{\"id\":1,\"\\u0069d\":1}"),
                                  std::string("{\"x\":{\"y\":1,\"y\":2}}"),
                                  deep,
                                  "{\"x\":" + deep}) {
    SCOPED_TRACE(body.substr(0, 40));
    for (const char* path : {kGenTokens, kRefresh, kValidate, kInvalidate}) {
      expectError(api.send(withSecret(jsonCall(path, body))), kInvalidRequest);
    }
  }
  for (const std::string& body :
       {std::string("id=1&id=1"), std::string("id=%"), std::string("id=%1"), std::string("id=%zz"),
        std::string("x=%ff"), std::string("x=\xff"), std::string("%ff=1"),
        std::string("id=1&%69d=2")}) {
    SCOPED_TRACE(body);
    expectError(api.send(withSecret({"POST", kValidate, body, kForm, {}})), kInvalidRequest);
  }
  const std::string part = "--the-boundary\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n1";
  for (const std::string& body :
       {std::string(""), std::string("id=1"), part, part + "\r\n", part + "\r\n--the-boundary",
        part + "\r\n" + part + "\r\n--the-boundary--\r\n", part + "\xff\r\n--the-boundary--\r\n",
        std::string("--the-boundary\r\n\r\n1\r\n--the-boundary--\r\n"),
        std::string("--other\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n1\r\n"
                    "--other--\r\n")}) {
    SCOPED_TRACE(body);
    expectError(api.send(withSecret({"POST", kValidate, body, kMultipart, {}})), kInvalidRequest);
  }
}

TEST_P(CommonRulesTest, nestingOf16IsReadAnd17IsNot) {
  const auto nested = [](int depth) {
    const auto arrays = static_cast<std::size_t>(depth - 1);
    return R"({"id":1,"username":"ada","x":)" + std::string(arrays, '[') +
           std::string(arrays, ']') + "}";
  };
  EXPECT_EQ(api.send(withSecret(jsonCall(kGenTokens, nested(16)))).status, 201);
  expectError(api.send(withSecret(jsonCall(kGenTokens, nested(17)))), kInvalidRequest);
}

TEST_P(CommonRulesTest, unknownMembersAndEscapedNamesAreRead) {
  const Reply reply = api.send(withSecret(
      jsonCall(kGenTokens, R"({"\u0069d":1,"\u0075sername":"ada","extra":{"a":[1,2.5e3,null]}})")));
  EXPECT_EQ(reply.status, 201);
  expectError(api.send(withSecret(jsonCall(kGenTokens, R"({"id":1,"username\u0000x":"ada"})"))),
              kInvalidRequest);
}

TEST_P(CommonRulesTest, orderOfChecks) {
  expectError(api.send({"POST", "/unknown", "{", "text/plain", {}}), kNotFound);
  expectError(api.send({"PUT", kGenTokens, "{", "text/plain", {}}), kMethodNotAllowed);
  expectError(api.send({"POST", kGenTokens, "{", "text/plain", {}}), kUnauthorizedRequest);
  expectError(api.send(withSecret({"POST", kGenTokens, "{", "text/plain", {}})),
              kUnsupportedMediaType);
  expectError(api.send(withSecret(jsonCall(kGenTokens, "{"))), kInvalidRequest);
  for (const char* path : {kValidate, kInvalidate}) {
    expectError(api.send({"POST", path, "{", "text/plain", {}}), kUnsupportedMediaType);
    expectError(api.send(jsonCall(path, "{")), kInvalidRequest);
    expectError(api.send(jsonCall(path, "{}")), kUnauthorizedRequest);
  }
  expectError(api.send({"POST", kRefresh, "{", "text/plain", {}}), kUnsupportedMediaType);
  expectError(api.send(jsonCall(kRefresh, "{")), kInvalidRequest);
  expectError(api.send(jsonCall(kRefresh, "{}")), kRefreshTokenRequired);
}

TEST_P(CommonRulesTest, challengeOnlyWhereABearerTokenIsExpected) {
  EXPECT_TRUE(api.refresh(1, "x").has("WWW-Authenticate"));
  EXPECT_FALSE(api.send(jsonCall(kGenTokens, "{}")).has("WWW-Authenticate"));
  EXPECT_FALSE(api.validate(1, "x").has("WWW-Authenticate"));
  EXPECT_FALSE(api.invalidate(1, "x").has("WWW-Authenticate"));
}

}  // namespace
}  // namespace token_service::test
