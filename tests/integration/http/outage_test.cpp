#include "contract_test.hpp"
#include "forwarder.hpp"

#include <chrono>
#include <functional>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// PostgreSQL behind a forwarder, which takes it away.
class OutageTest : public OwnServiceTest {
 protected:
  OutageTest() { setup.setPostgresPort(forwarder.port()); }

  static bool becomesTrue(const std::function<bool()>& condition, std::chrono::milliseconds time) {
    const auto deadline = steady_clock::now() + time;
    while (!condition()) {
      if (steady_clock::now() >= deadline) {
        return false;
      }
      std::this_thread::sleep_for(20ms);
    }
    return true;
  }

  static void expectUnavailable(TokenApi& api, const TokenPair& tokens) {
    const auto check = [](const std::function<Reply()>& call) {
      const auto start = steady_clock::now();
      expectError(call(), kUnavailable);
      EXPECT_LT(steady_clock::now() - start, 3500ms) << "server.request_timeout is 2 s";
    };
    check([&] { return api.genTokens(1); });
    check([&] { return api.refresh(1, tokens.refresh); });
    check([&] { return api.validate(1, tokens.access, Caller::Service); });
    check([&] { return api.validate(1, tokens.access, Caller::Frontend); });
    check([&] { return api.invalidate(1, tokens.access, Caller::Service); });
    check([&] { return api.invalidate(1, tokens.access, Caller::Frontend); });
  }

  static void expectAliveButNotReady(TokenApi& api) {
    EXPECT_EQ(api.send({"GET", "/health/live", "", "", {}}).status, 200);
    EXPECT_EQ(api.send({"GET", "/", "", "", {}}).status, 200);
    // A result is used again for a second.
    EXPECT_TRUE(becomesTrue(
        [&] {
          return api.send({"GET", "/health/ready", "", "", {}}).status == 503;
        },
        3s));
    const Reply ready = api.send({"GET", "/health/ready", "", "", {}});
    EXPECT_EQ(ready.text("code"), "unavailable");
    const auto components = ready.json()->getObject("components");
    EXPECT_EQ(components->getObject("store")->getValue<std::string>("state"), "unavailable");
    EXPECT_EQ(components->getObject("signer")->getValue<std::string>("state"), "ready");
  }

  // What needs neither the store nor luck is answered as ever.
  static void expectRefusalsAsEver(TokenApi& api) {
    expectError(api.send(jsonCall(kGenTokens, "{}")), kUnauthorizedRequest);
    expectError(api.validate(1, "a.b.c"), kInvalidToken);
    expectError(api.refresh(1, "a.b.c"), kInvalidToken);
  }

  Forwarder forwarder{"127.0.0.1", setup.postgresPort()};
};

INSTANTIATE_TEST_SUITE_P(Pairs, OutageTest, kPostgresPairs, pairName);

TEST_P(OutageTest, unavailableWhileTheDatabaseIsGoneThenAsBefore) {
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  for (const Forwarder::Mode mode : {Forwarder::Mode::Refuse, Forwarder::Mode::Swallow}) {
    SCOPED_TRACE(mode == Forwarder::Mode::Refuse ? "refuses" : "swallows");
    forwarder.set(mode);
    // A connection that is known to be dead at once, or only after a while.
    expectUnavailable(api, tokens);
    expectUnavailable(api, tokens);
    expectAliveButNotReady(api);
    expectRefusalsAsEver(api);
    forwarder.set(Forwarder::Mode::Forward);
    EXPECT_TRUE(becomesTrue([&] { return api.validate(1, tokens.access).status == 200; }, 2s));
    EXPECT_TRUE(becomesTrue([&] { return api.genTokens(2).status == 201; }, 2s));
    EXPECT_TRUE(api.isValid(1, tokens.access));
    EXPECT_TRUE(api.canRefresh(1, tokens.refresh));
    EXPECT_TRUE(becomesTrue(
        [&] {
          return api.send({"GET", "/health/ready", "", "", {}}).status == 200;
        },
        3s));
  }
}

TEST_P(OutageTest, startsWithoutTheDatabaseAndWorksOnceItIsThere) {
  forwarder.set(Forwarder::Mode::Refuse);
  const ServiceProcess service(setup);
  TokenApi api(service);
  EXPECT_EQ(api.genTokens(1).status, 503);
  expectAliveButNotReady(api);
  expectRefusalsAsEver(api);
  forwarder.set(Forwarder::Mode::Forward);
  EXPECT_TRUE(becomesTrue([&] { return api.genTokens(1).status == 201; }, 2s));
  const TokenPair tokens = api.logIn(1);
  EXPECT_TRUE(api.isValid(1, tokens.access));
}

TEST_P(OutageTest, terminationAnswersARequestThatWaitsForTheDatabase) {
  ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  forwarder.set(Forwarder::Mode::Swallow);
  Reply waiting;
  std::jthread caller([&] { waiting = api.validate(1, tokens.access); });
  std::this_thread::sleep_for(300ms);
  service.sendSignal(SIGTERM);
  caller.join();
  expectError(waiting, kUnavailable);
  EXPECT_EQ(service.wait(), 0);
}

TEST_P(OutageTest, stopsWellWithoutTheDatabase) {
  ServiceProcess service(setup);
  TokenApi api(service);
  api.logIn(1);
  forwarder.set(Forwarder::Mode::Refuse);
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace
}  // namespace token_service::test
