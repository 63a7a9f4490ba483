#include "contract_test.hpp"
#include "forwarder.hpp"
#include "sessions_api.hpp"

#include <chrono>
#include <ctime>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;

std::string claimOf(const std::string& token, const std::string& name) {
  return memberOf(partsOf(token).claims, name);
}

std::string sidOf(const TokenPair& tokens) { return claimOf(tokens.access, "sid"); }

std::string rfc3339(const std::string& seconds_of_unix) {
  const std::time_t time = std::stoll(seconds_of_unix);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Call remove(const std::string& path) { return {"DELETE", path, "", "", {}}; }

Reply endAll(TokenApi& api, std::int64_t user) {
  return api.send(withSecret(remove(sessionsPath(std::to_string(user)))));
}

Reply endOne(TokenApi& api, std::int64_t user, const std::string& sid) {
  return api.send(withSecret(remove(sessionsPath(std::to_string(user)) + "/" + sid)));
}

void expectNoneLeft(TokenApi& api, std::int64_t user) {
  expectAnswer(listSessions(api, user), 200, R"({"sessions":[]})");
}

class SessionsTest : public ContractTest {
 protected:
  const std::int64_t id = newUser();
};

class OwnSessionsTest : public OwnServiceTest {};
class SharedSessionsTest : public OwnServiceTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, SessionsTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, OwnSessionsTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, SharedSessionsTest, kPostgresPairs, pairName);

TEST_P(SessionsTest, areListedWithWhatAPersonRecognises) {
  const Reply login = api.send(withSecret(
      jsonCall(kGenTokens,
               "{\"id\":" + std::to_string(id) +
                   R"(,"username":"Zo\u00eb","client_ip":"203.0.113.9","user_agent":"Game/1"})")));
  const std::string access = login.text("access");
  const std::string begin = rfc3339(claimOf(access, "iat"));
  expectAnswer(listSessions(api, id), 200,
               R"({"sessions":[{"id":")" + claimOf(access, "sid") +
                   R"(","username":"Zoë","created_at":")" + begin + R"(","last_used_at":")" +
                   begin + R"(","expires_at":")" + rfc3339(claimOf(login.text("refresh"), "exp")) +
                   R"(","client_id":"tests","client_ip":"203.0.113.9","user_agent":"Game/1"}]})");
}

TEST_P(SessionsTest, areListedNewestFirstWithNullForWhatIsUnknown) {
  std::vector<std::string> sids;
  for (int count = 0; count < 3; ++count) {
    sids.insert(sids.begin(), sidOf(api.logIn(id, "name " + std::to_string(count))));
    std::this_thread::sleep_for(5ms);
  }
  const auto sessions = listSessions(api, id).json()->getArray("sessions");
  ASSERT_EQ(sessions->size(), 3U);
  for (unsigned index = 0; index < 3; ++index) {
    const auto session = sessions->getObject(index);
    EXPECT_EQ(session->size(), 8U);
    EXPECT_EQ(session->getValue<std::string>("id"), sids[index]);
    EXPECT_EQ(session->getValue<std::string>("username"), "name 2") << "a log-in renames all";
    EXPECT_TRUE(session->has("client_ip") && session->isNull("client_ip"));
    EXPECT_TRUE(session->has("user_agent") && session->isNull("user_agent"));
  }
}

TEST_P(SessionsTest, usedMeansRefreshedToo) {
  const TokenPair tokens = api.logIn(id);
  std::this_thread::sleep_for(1100ms);
  EXPECT_TRUE(api.isValid(id, tokens.access));
  EXPECT_EQ(newestSession(api, id)->getValue<std::string>("last_used_at"),
            rfc3339(claimOf(tokens.access, "iat")));
  const std::string newer = api.refreshed(id, tokens.refresh);
  EXPECT_NE(claimOf(newer, "iat"), claimOf(tokens.access, "iat"));
  const auto session = newestSession(api, id);
  EXPECT_EQ(session->getValue<std::string>("last_used_at"), rfc3339(claimOf(newer, "iat")));
  EXPECT_EQ(session->getValue<std::string>("created_at"), rfc3339(claimOf(tokens.access, "iat")));
}

TEST_P(SessionsTest, oneEnds) {
  const TokenPair ended = api.logIn(id);
  const TokenPair other = api.logIn(id);
  expectAnswer(endOne(api, id, sidOf(ended)), 200, R"({"ended":1})");
  expectError(api.validate(id, ended.access), kTokenMismatch);
  expectError(api.refresh(id, ended.refresh), kInvalidToken);
  EXPECT_TRUE(api.isValid(id, other.access));
  EXPECT_TRUE(api.canRefresh(id, other.refresh));
  EXPECT_EQ(newestSession(api, id)->getValue<std::string>("id"), sidOf(other));
  expectError(endOne(api, id, sidOf(ended)), kNotFound);
}

TEST_P(SessionsTest, aSessionIsItsUsersOnly) {
  const std::int64_t stranger = newUser();
  const TokenPair tokens = api.logIn(id);
  api.logIn(stranger);
  expectError(endOne(api, stranger, sidOf(tokens)), kNotFound);
  EXPECT_TRUE(api.isValid(id, tokens.access));
}

TEST_P(SessionsTest, allEnd) {
  const TokenPair bystander = api.logIn(newUser());
  const TokenPair first = api.logIn(id);
  const TokenPair second = api.logIn(id);
  expectAnswer(endAll(api, id), 200, R"({"ended":2})");
  for (const TokenPair& tokens : {first, second}) {
    expectError(api.validate(id, tokens.access), kTokenMismatch);
    expectError(api.refresh(id, tokens.refresh), kUserNotFound);
  }
  expectNoneLeft(api, id);
  expectAnswer(endAll(api, id), 200, R"({"ended":0})");
  EXPECT_EQ(api.send(withBearer({"GET", "/auth/verify", "", "", {}}, bystander.access)).status,
            200);
}

TEST_P(SessionsTest, unknownUsersHaveNone) {
  expectNoneLeft(api, id);
  expectAnswer(endAll(api, id), 200, R"({"ended":0})");
  expectError(endOne(api, id, "abc"), kNotFound);
}

TEST_P(SessionsTest, theSecretComesFirst) {
  const TokenPair tokens = api.logIn(id);
  const std::string path = sessionsPath(std::to_string(id));
  for (const Call& call :
       {Call{"GET", path, "", "", {}}, remove(path), remove(path + "/" + sidOf(tokens)),
        Call{"GET", sessionsPath("x"), "", "", {}}, remove(sessionsPath("0")),
        remove(path + "/not.a.session")}) {
    SCOPED_TRACE(call.method + " " + call.path);
    expectError(api.send(call), kUnauthorizedRequest);
    expectError(api.send(withSecret(call, "wrong")), kUnauthorizedRequest);
    expectError(api.send(withBearer(call, tokens.access)), kUnauthorizedRequest);
  }
  EXPECT_TRUE(api.isValid(id, tokens.access));
}

TEST_P(SessionsTest, idsAreDigits) {
  for (const char* user : {"0", "-1", "+1", "1.0", "1e3", "abc", "%31", "9223372036854775808",
                           "99999999999999999999999", "1,2", "0x1", "*", "1;2"}) {
    SCOPED_TRACE(user);
    expectError(api.send(withSecret({"GET", sessionsPath(user), "", "", {}})), kInvalidRequest);
    expectError(api.send(withSecret(remove(sessionsPath(user)))), kInvalidRequest);
    expectError(api.send(withSecret(remove(sessionsPath(user) + "/abc"))), kInvalidRequest);
  }
  EXPECT_EQ(listSessions(api, 9'223'372'036'854'775'807).status, 200);
}

TEST_P(SessionsTest, otherSessionIdsAreNotFound) {
  for (const std::string& sid :
       {std::string(64, 'a'), std::string(65, 'a'), std::string("a.b"), std::string("%00"),
        std::string("a'--"), std::string("a%27"), std::string("*"), std::string("caf%C3%A9")}) {
    SCOPED_TRACE(sid);
    expectError(endOne(api, id, sid), kNotFound);
  }
}

TEST_P(SessionsTest, otherPathsAndMethods) {
  const std::string path = sessionsPath(std::to_string(id));
  for (const std::string& other :
       {std::string("/v1/users//sessions"), std::string("/v1/users"), path + "//", path + "/a/b"}) {
    SCOPED_TRACE(other);
    expectError(api.send(withSecret({"GET", other, "", "", {}})), kNotFound);
  }
  const Reply posted = api.send(withSecret({"POST", path, "{}", kJson, {}}));
  expectError(posted, kMethodNotAllowed);
  EXPECT_EQ(posted.header("Allow"), "GET, HEAD, DELETE, OPTIONS");
  const Reply read = api.send(withSecret({"GET", path + "/abc", "", "", {}}));
  expectError(read, kMethodNotAllowed);
  EXPECT_EQ(read.header("Allow"), "DELETE, OPTIONS");
  EXPECT_EQ(api.send(withSecret({"GET", path + "/", "", "", {}})).status, 200);
  EXPECT_EQ(api.send(withSecret({"HEAD", path, "", "", {}})).status, 200);
}

TEST_P(SessionsTest, bodiesAndQueriesMeanNothing) {
  const TokenPair tokens = api.logIn(id);
  const std::string path = sessionsPath(std::to_string(id));
  EXPECT_EQ(api.send(withSecret({"GET", path + "?limit=0", "{", "text/plain", {}})).status, 200);
  expectAnswer(
      api.send(withSecret({"DELETE", path + "/" + sidOf(tokens) + "?x=1", "[[", kJson, {}})), 200,
      R"({"ended":1})");
  expectAnswer(api.send(withSecret({"DELETE", path, "x", kForm, {}})), 200, R"({"ended":0})");
  expectError(api.send(withSecret({"GET", path, std::string(16385, 'x'), kJson, {}})),
              kPayloadTooLarge);
}

TEST_P(OwnSessionsTest, areForSecretsThatMayUseThem) {
  const std::string log_in = "a-secret-that-is-for-log-ins-and-nothing-else";
  setup.set("service_secrets", "[{name: operator, secret: " + std::string(ServiceSetup::kSecret) +
                                   ", allow: [sessions]}, {name: site, secret: " + log_in +
                                   ", allow: [issue, validate, invalidate, introspect]}]");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const Call call = jsonCall(kGenTokens, R"({"id":1,"username":"ada"})");
  expectError(api.send(withSecret(call)), kUnauthorizedRequest);
  EXPECT_EQ(api.send(withSecret(call, log_in)).status, 201);
  for (const Call& refused : {Call{"GET", sessionsPath("1"), "", "", {}}, remove(sessionsPath("1")),
                              remove(sessionsPath("1") + "/abc")}) {
    expectError(api.send(withSecret(refused, log_in)), kUnauthorizedRequest);
  }
  EXPECT_EQ(newestSession(api, 1)->getValue<std::string>("client_id"), "site");
  expectAnswer(endAll(api, 1), 200, R"({"ended":1})");
}

TEST_P(OwnSessionsTest, whatWasEndedStaysSoAfterACrash) {
  TokenPair one;
  TokenPair all;
  {
    ServiceProcess service(setup);
    TokenApi api(service);
    one = api.logIn(1);
    all = api.logIn(2);
    EXPECT_EQ(endOne(api, 1, sidOf(one)).status, 200);
    EXPECT_EQ(endAll(api, 2).status, 200);
    service.kill();
  }
  const ServiceProcess service(setup);
  TokenApi api(service);
  expectError(api.validate(1, one.access), kTokenMismatch);
  expectError(api.validate(2, all.access), kTokenMismatch);
}

TEST_P(SharedSessionsTest, whatEndsAtOneReplicaEndsAtAll) {
  const ServiceProcess first(setup);
  const ServiceProcess second(setup);
  TokenApi here(first);
  TokenApi there(second);
  const TokenPair one = here.logIn(1);
  const TokenPair other = there.logIn(1);
  EXPECT_EQ(endOne(here, 1, sidOf(one)).status, 200);
  expectError(there.validate(1, one.access), kTokenMismatch);
  EXPECT_EQ(newestSession(here, 1)->getValue<std::string>("id"), sidOf(other));
  expectAnswer(endAll(there, 1), 200, R"({"ended":1})");
  expectError(here.validate(1, other.access), kTokenMismatch);
}

TEST_P(SharedSessionsTest, unavailableWhileTheDatabaseIsAway) {
  Forwarder forwarder("127.0.0.1", setup.postgresPort());
  setup.setPostgresPort(forwarder.port());
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  forwarder.set(Forwarder::Mode::Refuse);
  expectError(listSessions(api, 1), kUnavailable);
  expectError(endAll(api, 1), kUnavailable);
  expectError(endOne(api, 1, sidOf(tokens)), kUnavailable);
  expectError(api.send({"GET", sessionsPath("1"), "", "", {}}), kUnauthorizedRequest);
}

}  // namespace
}  // namespace token_service::test
