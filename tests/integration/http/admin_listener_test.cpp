#include "contract_test.hpp"
#include "raw_connection.hpp"
#include "sessions_api.hpp"

#include <csignal>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;

class AdminListenerTest : public OwnServiceTest {
 protected:
  AdminListenerTest() { setup.set("server", "{port: 0, admin: {port: 0}}"); }

  static Reply get(TokenApi& api, const std::string& path) {
    return api.send({"GET", path, "", "", {}});
  }

  // What the service says when it does not start.
  std::string refusal() {
    try {
      const ServiceProcess service(setup);
      return "it started";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Pairs, AdminListenerTest, kPairs, pairName);

TEST_P(AdminListenerTest, hasTheSessionsThatTheMainOneHasNoMore) {
  const ServiceProcess service(setup);
  ASSERT_NE(service.adminPort(), service.port());
  TokenApi api(service);
  TokenApi admin(service.adminPort());
  const TokenPair tokens = api.logIn(1);
  expectError(listSessions(api, 1), kNotFound);
  expectError(get(admin, sessionsPath("1")), kUnauthorizedRequest);
  EXPECT_EQ(newestSession(admin, 1)->getValue<std::string>("username"), "user");
  expectAnswer(admin.send(withSecret({"DELETE", sessionsPath("1"), "", "", {}})), 200,
               R"({"ended":1})");
  expectError(api.validate(1, tokens.access), kTokenMismatch);
}

TEST_P(AdminListenerTest, hasHealthAndNothingElse) {
  const ServiceProcess service(setup);
  TokenApi api(service);
  TokenApi admin(service.adminPort());
  for (TokenApi* one : {&api, &admin}) {
    EXPECT_EQ(get(*one, "/health/live").status, 200);
    EXPECT_EQ(get(*one, "/health/ready").text("status"), "ready");
  }
  expectError(admin.genTokens(1), kNotFound);
  for (const char* path : {"/", "/auth/verify", "/.well-known/jwks.json", "/oauth2/token"}) {
    expectError(get(admin, path), kNotFound);
  }
}

TEST_P(AdminListenerTest, theSessionsCanBeOnTheMainOneOrOff) {
  for (const std::string place : {"main", "off"}) {
    setup.set("endpoints", "{sessions: " + place + "}");
    const ServiceProcess service(setup);
    TokenApi api(service);
    TokenApi admin(service.adminPort());
    EXPECT_EQ(listSessions(api, 1).status, place == "main" ? 200 : 404);
    EXPECT_EQ(listSessions(admin, 1).status, 404);
    EXPECT_EQ(get(admin, "/health/live").status, 200);
  }
}

TEST_P(AdminListenerTest, withoutItTheSessionsCanBeOff) {
  setup.set("server", "{port: 0}").set("endpoints", "{sessions: off}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  expectError(listSessions(api, 1), kNotFound);
  EXPECT_EQ(service.log().find("admin"), std::string::npos);
}

TEST_P(AdminListenerTest, stopsWithTheMainOneAndLetsItsRequestsFinish) {
  ServiceProcess service(setup);
  TokenApi idle(service.adminPort());
  EXPECT_EQ(get(idle, "/health/live").status, 200);
  RawConnection running(service.adminPort());
  running.send("DELETE /v1/users/1/sessions HTTP/1.1\r\nHost: x\r\nX-SERVICE-SECRET: " +
               std::string(ServiceSetup::kSecret) + "\r\nContent-Length: 2\r\n\r\n");
  std::this_thread::sleep_for(100ms);
  service.sendSignal(SIGTERM);
  std::this_thread::sleep_for(400ms);
  running.send("{}");
  const std::string answer = running.receiveAll();
  EXPECT_EQ(answer.substr(0, 13), "HTTP/1.1 200 ") << answer;
  EXPECT_NE(answer.find("{\"ended\":0}"), std::string::npos) << answer;
  EXPECT_EQ(service.wait(5s), 0);
}

// The patience is for both, not for one after the other.
TEST_P(AdminListenerTest, slowClientsOfBothCostOnePatience) {
  setup.set("server", "{port: 0, shutdown_timeout: 1s, admin: {port: 0}}");
  ServiceProcess service(setup);
  RawConnection main(service.port());
  RawConnection admin(service.adminPort());
  for (RawConnection* connection : {&main, &admin}) {
    connection->send("POST /auth/token/refresh/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{");
  }
  std::this_thread::sleep_for(200ms);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(service.stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1800ms);
}

TEST_P(AdminListenerTest, aTakenPortIsUnavailable_C12) {
  const ServiceProcess other(setup);
  const std::string taken = std::to_string(other.adminPort());
  setup.set("store", "{plugin: store-sqlite, settings: {path: another.db}}");
  setup.set("server", "{port: 0, admin: {port: " + taken + "}}");
  const std::string said = refusal();
  EXPECT_NE(said.find("ended with 69: "), std::string::npos) << said;
  EXPECT_NE(said.find("127.0.0.1 port " + taken + " is in use"), std::string::npos) << said;
  // The main one's, while the admin listener is open already.
  setup.set("server", "{port: " + taken + ", admin: {port: 0}}");
  const std::string main_said = refusal();
  EXPECT_NE(main_said.find("ended with 69: "), std::string::npos) << main_said;
}

TEST_P(AdminListenerTest, whatWouldShowItToTheWorldIsRefused) {
  const auto expectRefused = [&](const std::string& server, const std::string& place,
                                 const std::string& what) {
    setup.set("server", server).set("endpoints", "{sessions: " + place + "}");
    const std::string said = refusal();
    EXPECT_NE(said.find("ended with 78: "), std::string::npos) << said;
    EXPECT_NE(said.find(what), std::string::npos) << said;
  };
  expectRefused("{port: 0, address: 0.0.0.0}", "main", "endpoints.sessions: must be admin or off");
  expectRefused("{port: 0}", "admin", "endpoints.sessions: admin needs a server.admin");
  expectRefused("{port: 8000, admin: {port: 8000}}", "admin",
                "server.admin.port: is server.port, too");
}

}  // namespace
}  // namespace token_service::test
