#include "contract_test.hpp"
#include "leak_check.hpp"
#include "raw_connection.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class ProcessTest : public OwnServiceTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, ProcessTest, kPairs, pairName);

TEST_P(ProcessTest, sessionsAndTheirEndSurviveARestart) {
  TokenPair alive;
  TokenPair ended;
  {
    ServiceProcess service(setup);
    TokenApi api(service);
    alive = api.logIn(1);
    ended = api.logIn(2);
    expectLoggedOut(api.invalidate(2, ended.access));
    EXPECT_EQ(service.stop(), 0);
  }
  const ServiceProcess service(setup);
  TokenApi api(service);
  EXPECT_TRUE(api.isValid(1, alive.access));
  EXPECT_TRUE(api.canRefresh(1, alive.refresh));
  expectError(api.validate(2, ended.access), kTokenMismatch);
  expectError(api.refresh(2, ended.refresh), kUserNotFound);
}

TEST_P(ProcessTest, whatWasAnsweredSurvivesACrash) {
  std::vector<TokenPair> alive;
  std::vector<TokenPair> ended;
  for (std::int64_t round = 0; round < 5; ++round) {
    ServiceProcess service(setup);
    TokenApi api(service);
    alive.push_back(api.logIn(100 + round));
    ended.push_back(api.logIn(200 + round));
    expectLoggedOut(api.invalidate(200 + round, ended.back().access));
    service.kill();
  }
  const ServiceProcess service(setup);
  TokenApi api(service);
  for (std::int64_t round = 0; round < 5; ++round) {
    const auto index = static_cast<std::size_t>(round);
    EXPECT_TRUE(api.isValid(100 + round, alive[index].access));
    EXPECT_TRUE(api.canRefresh(100 + round, alive[index].refresh));
    expectError(api.validate(200 + round, ended[index].access), kTokenMismatch);
    expectError(api.refresh(200 + round, ended[index].refresh), kUserNotFound);
  }
}

TEST_P(ProcessTest, terminationLetsARunningRequestFinish) {
  ServiceProcess service(setup);
  RawConnection connection(service.port());
  const std::string body = R"({"id":1,"username":"ada"})";
  connection.send(
      "POST /auth/token/gen-tokens/ HTTP/1.1\r\nHost: x\r\nContent-Type: "
      "application/json\r\nX-SERVICE-SECRET: " +
      std::string(ServiceSetup::kSecret) + "\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body.substr(0, 5));
  std::this_thread::sleep_for(100ms);
  service.sendSignal(SIGTERM);
  std::this_thread::sleep_for(200ms);
  connection.send(body.substr(5));
  const std::string answer = connection.receiveAll();
  EXPECT_EQ(answer.substr(0, 13), "HTTP/1.1 201 ") << answer;
  const std::size_t end_of_head = answer.find("\r\n\r\n");
  ASSERT_NE(end_of_head, std::string::npos) << answer;
  Reply reply;
  reply.body = answer.substr(end_of_head + 4);
  const TokenPair tokens{reply.text("refresh"), reply.text("access")};
  rememberToken(tokens.access);
  rememberToken(tokens.refresh);
  EXPECT_EQ(service.wait(), 0);

  const ServiceProcess next(setup);
  EXPECT_TRUE(TokenApi(next).isValid(1, tokens.access));
}

TEST_P(ProcessTest, terminationDoesNotWaitForIdleConnections) {
  ServiceProcess service(setup);
  TokenApi idle(service);
  idle.logIn(1);
  RawConnection silent(service.port());
  const auto start = steady_clock::now();
  EXPECT_EQ(service.stop(), 0);
  EXPECT_LT(steady_clock::now() - start, 5s);
}

TEST_P(ProcessTest, secondTerminationDoesNotWaitForRunningRequests) {
  ServiceProcess service(setup);
  RawConnection unfinished(service.port());
  unfinished.send("POST /auth/token/refresh/ HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{");
  std::this_thread::sleep_for(100ms);
  service.sendSignal(SIGTERM);
  std::this_thread::sleep_for(200ms);
  const auto start = steady_clock::now();
  EXPECT_EQ(service.stop(), 0);
  EXPECT_LT(steady_clock::now() - start, 1s);
}

// Each of them keeps a thread for longer than anybody wants to wait.
TEST_P(ProcessTest, terminationDoesNotWaitForSlowClients) {
  setup.set("server", "{port: 0, shutdown_timeout: 1s}");
  ServiceProcess service(setup);
  RawConnection slow_head(service.port());
  RawConnection slow_body(service.port());
  slow_head.send("GET / HT");
  slow_body.send("POST /auth/token/refresh/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n{");
  std::atomic<bool> stopped = false;
  std::thread dripping([&] {
    while (!stopped) {
      std::this_thread::sleep_for(100ms);
      try {
        slow_head.send("x");
        slow_body.send("x");
      } catch (const Poco::Exception&) {
        return;
      }
    }
  });
  std::this_thread::sleep_for(300ms);
  const auto start = steady_clock::now();
  EXPECT_EQ(service.stop(), 0);
  EXPECT_LT(steady_clock::now() - start, 3s);
  stopped = true;
  dripping.join();
}

TEST_P(ProcessTest, terminationAnswersEveryRequestThatWasSent) {
  ServiceProcess service(setup);
  const std::uint16_t port = service.port();
  std::atomic<int> unanswered = 0;
  std::atomic<int> answered = 0;
  std::vector<std::thread> clients;
  for (int client = 0; client < 4; ++client) {
    clients.emplace_back([&] {
      try {
        // One connection each, until the service says that it closes it.
        RawConnection connection(port);
        std::string answer;
        while (answer.find("Connection: close") == std::string::npos) {
          connection.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
          answer = connection.receiveUntil("\"live\"}");
          ++(answer.starts_with("HTTP/1.1 200") ? answered : unanswered);
          if (answer.empty()) {
            return;
          }
        }
      } catch (const Poco::Exception&) {
        ++unanswered;
      }
    });
  }
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(service.stop(), 0);
  for (std::thread& client : clients) {
    client.join();
  }
  EXPECT_EQ(unanswered, 0);
  EXPECT_GT(answered, 4);
}

TEST_P(ProcessTest, interruptStopsItToo) {
  ServiceProcess service(setup);
  service.sendSignal(SIGINT);
  EXPECT_EQ(service.wait(), 0);
}

}  // namespace
}  // namespace token_service::test
