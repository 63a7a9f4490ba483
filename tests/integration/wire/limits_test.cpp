#include "calls.hpp"
#include "counts.hpp"
#include "crowd.hpp"
#include "fixture_plugins.hpp"
#include "http_replies.hpp"
#include "process_usage.hpp"
#include "wire_test.hpp"

#include <chrono>
#include <iostream>
#include <memory>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

void expectShed(const Reply& reply) {
  expectCommonRules(reply);
  expectError(reply, kUnavailable);
  EXPECT_GT(std::stoi(reply.header("Retry-After")), 0);
}

class WireLimits : public testing::Test {
 protected:
  // A store that takes its time, and no more of it than that.
  void takeTimeToLogIn(milliseconds delay) {
    setup.setPluginFolder(gatherPlugins(setup.folder(), {"signer-hs256", "faulty-store"}));
    setup.set("store",
              "{plugin: faulty-store, settings: {delay: " + std::to_string(delay.count()) + "ms}}");
  }

  static std::string logIn() {
    const std::string body = R"({"id":1,"username":"ada"})";
    return request("POST /auth/token/gen-tokens/ HTTP/1.1",
                   "Content-Type: application/json\r\nX-SERVICE-SECRET: " +
                       std::string(ServiceSetup::kSecret) + "\r\n" + lengthOf(body),
                   body);
  }

  ServiceSetup setup{Pair{SignerKind::Hs256, StoreKind::Sqlite}};
};

class WireOverload : public WireLimits {};

TEST_F(WireLimits, TooManyConnectionsAreTurnedAwayAtOnce) {
  setup.set("server", "{port: 0, max_connections: 10}");
  const ServiceProcess service(setup);
  auto crowd = std::make_unique<Crowd>(service.port());
  crowd->join(10, {.at_once = live()});
  crowd->run(300ms);
  EXPECT_EQ(crowd->open(), 10U);
  for (int count = 0; count < 20; ++count) {
    const steady_clock::time_point begin = steady_clock::now();
    RawConnection socket(service.port());
    socket.sendWhatIsTaken(kMarker);
    const std::string answers = socket.receiveAll();
    EXPECT_LT(steady_clock::now() - begin, 100ms);
    expectRefusal(answers, 503);
    expectShed(repliesIn(answers).at(0));
  }
  EXPECT_EQ(crowd->open(), 10U);
  crowd.reset();
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(callAsNewcomers(20, service.port(), live()).count(200), 20U);
}

TEST_F(WireLimits, TooManyRequestsAreTurnedAwayAtOnce) {
  takeTimeToLogIn(1s);
  setup.set("server", "{port: 0, max_requests: 4, threads: 2}");
  const ServiceProcess service(setup);
  std::vector<RawConnection> waiting;
  for (int count = 0; count < 4; ++count) {
    waiting.emplace_back(service.port()).send(logIn());
  }
  std::this_thread::sleep_for(200ms);
  RawConnection socket(service.port());
  for (int count = 0; count < 10; ++count) {
    const steady_clock::time_point begin = steady_clock::now();
    socket.send(logIn());
    expectShed(repliesIn(socket.receiveUntil("}")).at(0));
    EXPECT_LT(steady_clock::now() - begin, 100ms);
  }
  // What needs no thread is answered all the same.
  socket.send(live());
  expectLive(repliesIn(socket.receiveUntil("}")).at(0));
  for (RawConnection& connection : waiting) {
    EXPECT_EQ(repliesIn(connection.receiveUntil("}")).at(0).status, 201);
  }
  socket.send(logIn());
  EXPECT_EQ(repliesIn(socket.receiveUntil("}")).at(0).status, 201);
}

// The service may have 64 files, its database among them.
TEST_F(WireLimits, P33_NoFilesLeft) {
  allowOpenFiles(2000);
  setup.setOpenFiles(64);
  const ServiceProcess service(setup);
  RawConnection known(service.port());
  known.send(live());
  expectLive(repliesIn(known.receiveUntil("}")).at(0));
  auto crowd = std::make_unique<Crowd>(service.port());
  crowd->join(500, {});
  crowd->run(500ms);
  const milliseconds before = processorTime(service.pid());
  crowd->run(2s);
  const milliseconds used = processorTime(service.pid()) - before;
  RecordProperty("starved_cpu_ms", static_cast<int>(used.count()));
  EXPECT_LT(used, 1s) << "of two";
  // Who was there before is served.
  known.send(live());
  expectLive(repliesIn(known.receiveUntil("}")).at(0));
  crowd.reset();
  const steady_clock::time_point end = steady_clock::now() + 1s;
  bool recovered = false;
  while (!recovered && steady_clock::now() < end) {
    recovered = callAsNewcomers(1, service.port(), live()).count(200) == 1;
  }
  EXPECT_TRUE(recovered);
}

// Three times of what the service can do: it does what it can, and says so to the others.
TEST_F(WireOverload, P32_TooManyCallsAreShed) {
  const std::chrono::seconds time(countFrom("TOKEN_SERVICE_OVERLOAD_SECONDS", 5));
  takeTimeToLogIn(20ms);
  setup.set("server", "{port: 0, max_requests: 16, threads: 4}");
  const ServiceProcess service(setup);
  const Calls peak = callFor(3s, service.port(), {.count = 8, .request = logIn()});
  EXPECT_EQ(peak.failed, 0U);
  EXPECT_EQ(peak.times.size(), 1U) << "8 at a time are no overload";
  const double capacity = static_cast<double>(peak.count(201)) / 3;

  constexpr std::size_t kClients = 100;
  const auto every = milliseconds(static_cast<int>(1000.0 * kClients / (3 * capacity)));
  const Calls calls =
      callFor(time, service.port(), {.count = kClients, .request = logIn(), .every = every});
  const double goodput = static_cast<double>(calls.count(201)) / static_cast<double>(time.count());
  const double shed = static_cast<double>(calls.count(503)) / static_cast<double>(time.count());
  std::cout << "peak " << capacity << "/s; of " << goodput + shed << "/s: " << goodput
            << "/s served, " << shed << "/s shed" << std::endl;
  EXPECT_EQ(calls.failed, 0U);
  EXPECT_GE(goodput, 0.9 * capacity);
  EXPECT_GE(shed, capacity) << "that was no overload";
  EXPECT_LE(calls.p99(503), 100ms);

  const steady_clock::time_point end = steady_clock::now() + 2s;
  Calls after;
  while (after.count(201) == 0 && steady_clock::now() < end) {
    after = callAsNewcomers(1, service.port(), logIn());
  }
  EXPECT_EQ(after.count(201), 1U);
  const Calls again = callFor(2s, service.port(), {.count = 8, .request = logIn()});
  EXPECT_EQ(again.times.size(), 1U);
  EXPECT_GE(static_cast<double>(again.count(201)) / 2, 0.9 * capacity);
}

}  // namespace
}  // namespace token_service::test
