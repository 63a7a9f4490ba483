#include "front/front.hpp"

#include "front/listener.hpp"

#include <Poco/Net/StreamSocket.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <optional>
#include <semaphore>
#include <string>

namespace token_service::front {
namespace {

using namespace std::chrono_literals;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

void answer(HTTPServerResponse& response) { response.sendBuffer("", 0); }

// Answers at once.
class QuickHandler final : public Poco::Net::HTTPRequestHandler {
 public:
  void handleRequest(HTTPServerRequest&, HTTPServerResponse& response) override {
    answer(response);
  }
};

// Answers one request each time that it is allowed to.
class SlowHandler final : public Poco::Net::HTTPRequestHandler {
 public:
  void handleRequest(HTTPServerRequest&, HTTPServerResponse& response) override {
    entered.release();
    allowed.acquire();
    answer(response);
  }

  std::counting_semaphore<> entered{0};
  std::counting_semaphore<> allowed{0};
};

// `/now` is answered at once, `/shared` together with others, anything else alone and slowly.
class MixedApplication final : public Application {
 public:
  std::span<const std::string> fieldNames() const override { return {}; }
  Placement placementOf(const HTTPServerRequest& request) const override {
    return {request.getURI() == "/now", LaneName::Lookup};
  }
  bool needsLength(const HTTPServerRequest&) const override { return false; }
  Poco::Net::HTTPRequestHandler& atOnceHandler() override { return quick; }
  Poco::Net::HTTPRequestHandler& handler() override { return slow; }
  std::size_t lookupsAtOnce() const override { return 10; }
  void answerTogether(std::span<const Call> calls) override {
    together = calls.size();
    for (const Call& call : calls) {
      if (call.request.getURI() == "/shared") {
        answer(call.response);
      }
    }
  }
  void refuse(Refusal, const HTTPServerRequest&, HTTPServerResponse& response) override {
    response.setStatus(HTTPServerResponse::HTTP_BAD_REQUEST);
    answer(response);
  }
  void noteLost(int) override {}

  QuickHandler quick;
  SlowHandler slow;
  std::size_t together = 0;
};

class Client {
 public:
  explicit Client(const Poco::Net::SocketAddress& address) : socket_(address) {
    socket_.setReceiveTimeout({20, 0});
  }

  void ask(const std::string& path) {
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n";
    socket_.sendBytes(request.data(), static_cast<int>(request.size()));
  }

  bool isAnswered() {
    std::string answer;
    std::array<char, 1024> bytes;
    while (!answer.ends_with("\r\n\r\n")) {
      const int count = socket_.receiveBytes(bytes.data(), bytes.size());
      if (count <= 0) {
        return false;
      }
      answer.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return answer.starts_with("HTTP/1.1 200 ");
  }

 private:
  Poco::Net::StreamSocket socket_;
};

class FrontTest : public testing::Test {
 protected:
  FrontTest() { front_.emplace(listener_, limits(), application_); }
  ~FrontTest() override {
    application_.slow.allowed.release(10);
    front_.reset();
  }

  // One thread serves all look-ups.
  static Limits limits() {
    Limits limits;
    limits.head_timeout = limits.body_timeout = limits.write_timeout = 20s;
    limits.idle_timeout = limits.queue_timeout = 20s;
    limits.max_connections = limits.max_requests = 10;
    limits.threads = 1;
    return limits;
  }

  Client client() { return Client(listener_.address()); }
  [[nodiscard]] bool isSlowOneInside() { return application_.slow.entered.try_acquire_for(20s); }

  // What was sent before is in the lane then: its loop hands over at the end of each round.
  void waitForTwoRounds() {
    Client other = client();
    for (int round = 0; round < 2; ++round) {
      other.ask("/now");
      ASSERT_TRUE(other.isAnswered());
    }
  }

  MixedApplication application_;
  const Poco::Net::ServerSocket listener_ = listenOn("127.0.0.1", 0);
  std::optional<Front> front_;
};

TEST_F(FrontTest, WhoSharesALookUpDoesNotWaitForWhoIsServedAlone) {
  Client first = client();
  first.ask("/slow");
  ASSERT_TRUE(isSlowOneInside());
  Client alone = client();
  alone.ask("/slow");
  Client sharing = client();
  sharing.ask("/shared");
  waitForTwoRounds();
  application_.slow.allowed.release();
  EXPECT_TRUE(first.isAnswered());
  ASSERT_TRUE(isSlowOneInside());
  EXPECT_EQ(application_.together, 2U);
  EXPECT_TRUE(sharing.isAnswered()) << "while the other one is being served";
  application_.slow.allowed.release();
  EXPECT_TRUE(alone.isAnswered());
}

}  // namespace
}  // namespace token_service::front
