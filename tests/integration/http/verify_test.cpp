#include "contract_test.hpp"
#include "forwarder.hpp"
#include "raw_connection.hpp"

namespace token_service::test {
namespace {

const std::string kPath = "/auth/verify";

Call get(const std::string& path = kPath) { return {"GET", path, "", "", {}}; }

Call withAuthorization(const std::string& value) {
  Call call = get();
  call.headers.emplace_back("Authorization", value);
  return call;
}

// RFC 6750 section 3.1: who presents no token is told of no error.
void expectNoTokenSeen(const Reply& reply) {
  expectError(reply, kUnauthorizedRequest);
  EXPECT_EQ(reply.header("WWW-Authenticate"), "Bearer");
}

void expectRefused(const Reply& reply) {
  expectError(reply, kInvalidToken);
  EXPECT_EQ(reply.header("WWW-Authenticate"), "Bearer error=\"invalid_token\"");
  for (const char* name : {"X-Auth-User-Id", "X-Auth-Username", "X-Auth-Session-Id"}) {
    EXPECT_FALSE(reply.has(name));
  }
}

class VerifyTest : public ContractTest {
 protected:
  void expectPassed(const Reply& reply) const {
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.header("X-Auth-User-Id"), std::to_string(id));
    EXPECT_EQ(reply.header("X-Auth-Username"), "user");
    EXPECT_EQ(reply.header("X-Auth-Session-Id"), sid);
    EXPECT_FALSE(reply.has("WWW-Authenticate"));
  }

  // The raw answers to a request whose head goes on like this, and to one that follows it.
  std::string answersTo(const std::string& method, const std::string& more) const {
    RawConnection connection(service().port());
    connection.send(method + " /auth/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                    tokens.access + "\r\n" + more +
                    "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return connection.receiveAll();
  }

  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
  const std::string sid = memberOf(partsOf(tokens.access).claims, "sid");
};

class VerifyPolicyTest : public OwnServiceTest {};
class VerifyOutageTest : public OwnServiceTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, VerifyTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, VerifyPolicyTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, VerifyOutageTest, kPostgresPairs, pairName);

TEST_P(VerifyTest, aGoodTokenPassesAndSaysWhoseItIs) {
  const Reply reply = api.send(withBearer(get(), tokens.access));
  expectPassed(reply);
  EXPECT_EQ(reply.body, "{\"user_id\":" + std::to_string(id) +
                            ",\"username\":\"user\",\"session_id\":\"" + sid + "\"}");
  // Again: it changes nothing.
  expectPassed(api.send(withBearer(get(), tokens.access)));
}

TEST_P(VerifyTest, takesEveryMethodOnEveryPathBelow) {
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"}) {
    for (const char* path : {"/auth/verify", "/auth/verify/", "/auth/verify/a/b.html",
                             "/auth/verify//x", "/auth/verify?a=b"}) {
      SCOPED_TRACE(std::string(method) + " " + path);
      const Call call{method, path, "x=1", "text/plain", {}};
      expectPassed(api.send(withBearer(call, tokens.access)));
      expectNoTokenSeen(api.send(call));
    }
  }
  expectError(api.send(withBearer(get("/auth/verifyx"), tokens.access)), kNotFound);
  expectError(api.send(withBearer(get("/auth"), tokens.access)), kNotFound);
}

TEST_P(VerifyTest, headHasNoBody) {
  const Call head{"HEAD", kPath, "", "", {}};
  expectPassed(api.send(withBearer(head, tokens.access)));
  EXPECT_EQ(api.send(head).status, 401);
}

// RFC 9112 section 6.3: without a length there is no body. Proxies leave both away.
TEST_P(VerifyTest, needsNoLengthOfAMethodThatMayHaveABody_H44) {
  for (const char* method : {"GET", "POST", "PUT", "PATCH"}) {
    const std::string answers = answersTo(method, "\r\n");
    EXPECT_EQ(answers.substr(0, 13), "HTTP/1.1 200 ") << method << answers;
    EXPECT_NE(answers.find("{\"status\":\"live\"}"), std::string::npos) << method << answers;
  }
}

TEST_P(VerifyTest, framingIsCheckedAsEverywhere_H49_H52_H55_H74) {
  EXPECT_EQ(answersTo("POST", "Content-Length: 16385\r\n\r\n").substr(0, 13), "HTTP/1.1 413 ");
  EXPECT_EQ(answersTo("POST", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").substr(0, 13),
            "HTTP/1.1 200 ");
  EXPECT_EQ(answersTo("POST", "Content-Length: 1\r\nContent-Length: 2\r\n\r\n").substr(0, 13),
            "HTTP/1.1 400 ");
  EXPECT_EQ(answersTo("GET", "Authorization: Bearer x\r\n\r\n").substr(0, 13), "HTTP/1.1 400 ");
}

TEST_P(VerifyTest, namesAreEncodedByteByByte) {
  const std::int64_t other = newUser();
  const TokenPair first = api.logIn(other, "Zoë O'Brien/%+~_.-\"");
  const Reply reply = api.send(withBearer(get(), first.access));
  EXPECT_EQ(reply.header("X-Auth-Username"), "Zo%C3%AB%20O%27Brien%2F%25%2B~_.-%22");
  EXPECT_EQ(reply.text("username"), "Zoë O'Brien/%+~_.-\"");
  api.logIn(other, "renamed");
  EXPECT_EQ(api.send(withBearer(get(), first.access)).header("X-Auth-Username"), "renamed");
}

TEST_P(VerifyTest, withoutABearerTokenNoErrorIsNamed_A01_A05) {
  expectNoTokenSeen(api.send(get()));
  for (const std::string value :
       {"Basic dTpw", "Token x", "Bearerx y", "Digest a=b", "\"Bearer\""}) {
    SCOPED_TRACE(value);
    expectNoTokenSeen(api.send(withAuthorization(value)));
  }
  // The token counts in the header only.
  expectNoTokenSeen(api.send(get(kPath + "?access_token=" + tokens.access)));  // H20
  expectNoTokenSeen(
      api.send({"POST", kPath, urlEncoded({{"access_token", tokens.access}}), kForm, {}}));
}

TEST_P(VerifyTest, theSchemeIsInAnyCase_A04) {
  for (const char* scheme : {"bearer ", "BEARER ", "bEaReR "}) {
    expectPassed(api.send(withAuthorization(scheme + tokens.access)));
    expectRefused(api.send(withAuthorization(std::string(scheme) + "x")));
  }
}

TEST_P(VerifyTest, whatIsNoTokenIsRefused_A02_A03_A06_A07_A09) {
  const std::string& good = tokens.access;
  for (const std::string& value :
       {std::string("Bearer"), "Bearer  " + good, "Bearer\t" + good, "Bearer " + good + " " + good,
        "Bearer " + good + "," + good, "Bearer " + good + ", Bearer " + good,
        "Bearer \"" + good + "\"", "Bearer " + good + ";x", std::string("Bearer \xc3\xa9"),
        "Bearer " + std::string(4097, 'A'), "Bearer " + good + "=", std::string("Bearer a.b.c")}) {
    SCOPED_TRACE(value.substr(0, 60));
    expectRefused(api.send(withAuthorization(value)));
  }
}

// A token in the body is nothing to this endpoint, and harms nothing.
TEST_P(VerifyTest, theHeaderAloneCounts_A08) {
  const std::string form = urlEncoded({{"access_token", "x"}});
  expectPassed(api.send(withBearer({"POST", kPath, form, kForm, {}}, tokens.access)));
}

TEST_P(VerifyTest, tokensOfOtherKindsAndKeysAreRefused) {
  const TokenParts parts = partsOf(tokens.access);
  const auto now = std::stoll(memberOf(parts.claims, "iat"));
  for (const std::string& token :
       {tokens.refresh,
        forge().sign(parts.header, withMember(parts.claims, "exp", std::to_string(now - 1))),
        forge().sign(parts.header, withMember(parts.claims, "iss", "\"another\"")),
        forge().sign(withMember(parts.header, "alg", "\"none\""), parts.claims),
        tokens.access.substr(0, tokens.access.rfind('.') + 1)}) {
    expectRefused(api.send(withBearer(get(), token)));
  }
}

TEST_P(VerifyTest, aLogOutCountsAtOnce) {
  const TokenPair other = api.logIn(id);
  const std::string refreshed = api.refreshed(id, tokens.refresh);
  expectPassed(api.send(withBearer(get(), refreshed)));
  expectLoggedOut(api.invalidate(id, tokens.access));
  for (const std::string& token : {tokens.access, refreshed, other.access}) {
    expectRefused(api.send(withBearer(get(), token)));
  }
}

TEST_P(VerifyPolicyTest, aSupersededTokenIsRefusedIfOnlyTheLatestCounts) {
  setup.set("access", "{validity: latest}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  EXPECT_EQ(api.send(withBearer(get(), tokens.access)).status, 200);
  const std::string newer = api.refreshed(1, tokens.refresh);
  expectRefused(api.send(withBearer(get(), tokens.access)));
  EXPECT_EQ(api.send(withBearer(get(), newer)).status, 200);
}

// A fault of ours logs nobody out.
TEST_P(VerifyOutageTest, isUnavailableWhileTheDatabaseIsAway) {
  Forwarder forwarder("127.0.0.1", setup.postgresPort());
  setup.setPostgresPort(forwarder.port());
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  forwarder.set(Forwarder::Mode::Refuse);
  const Reply reply = api.send(withBearer(get(), tokens.access));
  expectError(reply, kUnavailable);
  EXPECT_FALSE(reply.has("WWW-Authenticate"));
  expectNoTokenSeen(api.send(get()));
  expectRefused(api.send(withBearer(get(), "a.b.c")));
}

}  // namespace
}  // namespace token_service::test
