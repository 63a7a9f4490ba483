#include "contract_test.hpp"

namespace token_service::test {
namespace {

const char* const kOrigin = "https://app.example.org";
const char* const kCrossOrigin[] = {kRefresh, kValidate, kInvalidate};

class CorsTest : public OwnServiceTest {
 protected:
  static Call from(const std::string& origin, Call call) {
    call.headers.emplace_back("Origin", origin);
    return call;
  }

  static Call preflight(const std::string& path, const std::string& origin) {
    return from(origin, {"OPTIONS",
                         path,
                         "",
                         "",
                         {{"Access-Control-Request-Method", "POST"},
                          {"Access-Control-Request-Headers", "authorization,content-type"}}});
  }

  static void expectNoCors(const Reply& reply) {
    for (const char* name : {"Access-Control-Allow-Origin", "Access-Control-Allow-Methods",
                             "Access-Control-Allow-Headers", "Access-Control-Max-Age"}) {
      EXPECT_FALSE(reply.has(name)) << name;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Pairs, CorsTest, kPairs, pairName);

TEST_P(CorsTest, listedOriginsOnly) {
  setup.set("cors", "{allowed_origins: [https://app.example.org, \"http://localhost:3000\"]}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  for (const char* path : kCrossOrigin) {
    SCOPED_TRACE(path);
    for (const char* origin : {kOrigin, "http://localhost:3000"}) {
      const Reply reply = api.send(preflight(path, origin));
      EXPECT_EQ(reply.status, 204);
      EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), origin);
      EXPECT_EQ(reply.header("Access-Control-Allow-Methods"), "POST");
      EXPECT_EQ(reply.header("Access-Control-Allow-Headers"), "Authorization, Content-Type");
      EXPECT_EQ(reply.header("Vary"), "Origin");
    }
    for (const char* origin : {"https://evil.example.org", "https://app.example.org.evil.org",
                               "null", "http://app.example.org", "https://app.example.org:443",
                               "HTTPS://APP.EXAMPLE.ORG", "https://app.example.org/", ""}) {
      SCOPED_TRACE(origin);
      const Reply reply = api.send(preflight(path, origin));
      EXPECT_EQ(reply.status, 204);
      EXPECT_EQ(reply.header("Vary"), "Origin");
      expectNoCors(reply);
    }
  }
}

TEST_P(CorsTest, answersAndTheirErrorsCarryIt) {
  setup.set("cors", "{allowed_origins: [https://app.example.org]}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  const std::string body = "{\"id\":1,\"is_frontend\":true,\"access\":\"" + tokens.access + "\"}";
  const auto expectCors = [](const Reply& reply, int status) {
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), kOrigin);
    EXPECT_EQ(reply.header("Vary"), "Origin");
  };
  expectCors(api.send(from(kOrigin, withBearer(jsonCall(kRefresh, body), tokens.refresh))), 200);
  expectCors(api.send(from(kOrigin, jsonCall(kValidate, body))), 200);
  for (const char* path : kCrossOrigin) {
    SCOPED_TRACE(path);
    TokenApi fresh(service);
    expectCors(fresh.send(from(kOrigin, jsonCall(path, "{"))), 400);
    expectCors(fresh.send(from(kOrigin, {"POST", path, "{}", "text/plain", {}})), 415);
    expectCors(fresh.send(from(kOrigin, {"GET", path, "", "", {}})), 405);
    expectCors(fresh.send(from(kOrigin, jsonCall(path, std::string(16 * 1024 + 1, ' ')))), 413);
  }
  expectCors(api.send(from(kOrigin, jsonCall(kValidate, "{}"))), 401);
  expectCors(api.send(from(kOrigin, jsonCall(kInvalidate, "{}"))), 401);
  expectCors(api.send(from(kOrigin, withBearer(jsonCall(kRefresh, R"({"id":1})"), "x"))), 401);
  const Reply other = api.send(from("https://evil.example.org", jsonCall(kValidate, body)));
  EXPECT_EQ(other.status, 200);
  EXPECT_EQ(other.header("Vary"), "Origin");
  expectNoCors(other);
  expectCors(api.send(from(kOrigin, jsonCall(kInvalidate, body))), 200);
  expectCors(api.send(from(kOrigin, withBearer(jsonCall(kRefresh, body), tokens.refresh))), 404);
}

TEST_P(CorsTest, otherPathsNeverCarryIt) {
  setup.set("cors", "{allowed_origins: [\"*\"]}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  expectNoCors(api.send(preflight(kGenTokens, kOrigin)));
  expectNoCors(
      api.send(from(kOrigin, withSecret(jsonCall(kGenTokens, R"({"id":1,"username":"ada"})")))));
  for (const char* path : {"/", "/health/live", "/health/ready"}) {
    expectNoCors(api.send(from(kOrigin, {"GET", path, "", "", {}})));
    expectNoCors(api.send(preflight(path, kOrigin)));
  }
}

TEST_P(CorsTest, starAllowsEveryOrigin) {
  setup.set("cors", "{allowed_origins: [\"*\"]}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  for (const char* path : kCrossOrigin) {
    EXPECT_EQ(
        api.send(preflight(path, "https://any.example.org")).header("Access-Control-Allow-Origin"),
        "*");
    EXPECT_EQ(api.send(from("null", jsonCall(path, "{"))).header("Access-Control-Allow-Origin"),
              "*");
  }
}

}  // namespace
}  // namespace token_service::test
