#include "calls.hpp"
#include "crowd.hpp"
#include "fixture_plugins.hpp"
#include "http_replies.hpp"
#include "wire_test.hpp"

#include <Poco/Net/NetException.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

const ExpectedError kInternal{500, "internal", "Internal error"};

// How requests, connections and the service itself come to an end that is not theirs.
class WireEnds : public testing::Test {
 protected:
  static std::string logIn(std::int64_t id) {
    const std::string body = "{\"id\":" + std::to_string(id) + ",\"username\":\"ada\"}";
    return request("POST /auth/token/gen-tokens/ HTTP/1.1",
                   "Content-Type: application/json\r\nX-SERVICE-SECRET: " +
                       std::string(ServiceSetup::kSecret) + "\r\n" + lengthOf(body),
                   body);
  }

  ServiceSetup setup{Pair{SignerKind::Rs256, StoreKind::Sqlite}};
};

TEST_F(WireEnds, H72_AHandlerThatThrows) {
  setup.setPluginFolder(gatherPlugins(setup.folder(), {"store-sqlite", "failing-signer"}));
  setup.set("signer",
            "{plugin: failing-signer, settings: {private_key_file: signer.key, create_missing: "
            "true, fault_file: fault}}");
  const ServiceProcess service(setup);
  for (const char* fault : {"throws std", "throws int"}) {
    SCOPED_TRACE(fault);
    std::ofstream(setup.folder() / "fault") << fault;
    RawConnection socket(service.port());
    socket.send(logIn(1) + logIn(2) + kMarker);
    const std::vector<Reply> replies = repliesIn(socket.receiveAll());
    ASSERT_EQ(replies.size(), 3U);
    for (const std::size_t index : {0U, 1U}) {
      expectCommonRules(replies[index]);
      expectError(replies[index], kInternal);
    }
    expectLive(replies[2]);
  }
  std::filesystem::remove(setup.folder() / "fault");
  EXPECT_EQ(callAsNewcomers(1, service.port(), logIn(3)).count(201), 1U);
}

// P41
TEST_F(WireEnds, TerminationLosesNoRequest) {
  setup.setPluginFolder(gatherPlugins(setup.folder(), {"signer-rs256", "faulty-store"}));
  setup.set("store", "{plugin: faulty-store, settings: {delay: 700ms}}");
  ServiceProcess service(setup);
  Crowd idle(service.port());
  idle.join(50, {.at_once = live()});
  Crowd slow(service.port());
  slow.join(1, {.at_once = "GET / HTTP/1.1\r\nX: ", .drop = "x"});
  idle.run(200ms);
  std::vector<RawConnection> waiting;
  for (std::int64_t id = 1; id <= 20; ++id) {
    waiting.emplace_back(service.port()).send(logIn(id));
  }
  std::this_thread::sleep_for(200ms);
  const steady_clock::time_point begin = steady_clock::now();
  service.sendSignal(SIGTERM);
  std::jthread dripping([&] { slow.run(10s); });
  idle.run(5s);
  EXPECT_EQ(idle.open(), 0U) << "an idle connection is ended";
  for (const Life& life : idle.lives()) {
    EXPECT_EQ(repliesIn(life.received).size(), 1U);
  }
  for (RawConnection& connection : waiting) {
    const std::string answers = connection.receiveAll();
    const std::vector<Reply> replies = repliesIn(answers);
    ASSERT_EQ(replies.size(), 1U) << answers;
    EXPECT_EQ(replies[0].status, 201);
    EXPECT_TRUE(endsConnection(replies[0]));
  }
  EXPECT_EQ(service.wait(), 0);
  EXPECT_LT(steady_clock::now() - begin, 10s);
}

// While the last requests are finished, whoever comes is refused, and can go to another replica.
TEST_F(WireEnds, NobodyIsLetInAfterTheFarewell) {
  ServiceProcess service(setup);
  RawConnection slow(service.port());
  slow.send("GET / HTTP/1.1\r\nX: ");
  std::this_thread::sleep_for(100ms);
  service.sendSignal(SIGTERM);
  std::this_thread::sleep_for(1s);
  EXPECT_THROW(RawConnection(service.port()), Poco::Net::ConnectionRefusedException);
  slow.endSending();
  EXPECT_EQ(service.wait(), 0);
}

// P41
TEST_F(WireEnds, TerminationUnderLoadLosesNoRequest) {
  ServiceProcess service(setup);
  const std::uint16_t port = service.port();
  Calls calls;
  std::jthread calling([&] {
    calls = callFor(2s, port, {.count = 50, .request = live(), .every = 50ms, .leaves = true});
  });
  std::this_thread::sleep_for(1s);
  const steady_clock::time_point begin = steady_clock::now();
  EXPECT_EQ(service.stop(), 0);
  EXPECT_LT(steady_clock::now() - begin, 5s);
  calling.join();
  EXPECT_EQ(calls.failed, 0U);
  EXPECT_GT(calls.count(200), 500U);
}

}  // namespace
}  // namespace token_service::test
