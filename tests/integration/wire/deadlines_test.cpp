#include "crowd.hpp"
#include "http_replies.hpp"
#include "wire_test.hpp"

#include <chrono>
#include <memory>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Of the machine, not of the service.
constexpr milliseconds kSlack = 700ms;

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  all.reserve(text.size() * count);
  for (std::size_t index = 0; index < count; ++index) {
    all += text;
  }
  return all;
}

const Manners kSilence{};
const Manners kSlowHead{.at_once = "GET /health/live HTTP/1.1\r\nHost: x\r\nX: ", .drop = "x"};
const Manners kSlowBody{
    .at_once =
        "POST /auth/token/validate-token/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
    .drop = "x"};
const Manners kNeverReads{.at_once = repeated(live(), 10'000), .reads = false};
const Manners kIdle{.at_once = live()};

milliseconds ageOf(const Life& life) {
  return std::chrono::duration_cast<milliseconds>(life.end.value_or(steady_clock::now()) -
                                                  life.begin);
}

void expectEnded(const Life& life, milliseconds after) {
  EXPECT_TRUE(life.end) << "it is still open";
  EXPECT_GE(ageOf(life), after - 50ms);
  EXPECT_LE(ageOf(life), after + kSlack);
}

// Each of them waits for its own time to be over: they do so together, before the first test.
class WireDeadlines : public Wire {
 protected:
  static void SetUpTestSuite() {
    Wire::SetUpTestSuite();
    crowd_ = std::make_unique<Crowd>(port());
    for (const Manners& manners : {kSilence, kSlowHead, kSlowBody, kNeverReads, kIdle}) {
      crowd_->join(1, manners);
    }
    crowd_->run(12s);
  }

  static void TearDownTestSuite() {
    crowd_.reset();
    Wire::TearDownTestSuite();
  }

  static const Life& life(std::size_t index) { return crowd_->lives().at(index); }

 private:
  static std::unique_ptr<Crowd> crowd_;
};

std::unique_ptr<Crowd> WireDeadlines::crowd_;

TEST_F(WireDeadlines, H02_Silence) {
  expectEnded(life(0), 5s);
  EXPECT_EQ(life(0).received, "");
}

TEST_F(WireDeadlines, H03_HeadInDrops) {
  expectEnded(life(1), 5s);
  expectRefusal(life(1).received, 408);
}

TEST_F(WireDeadlines, H04_BodyInDrops) {
  expectEnded(life(2), 10s);
  expectRefusal(life(2).received, 408);
}

TEST_F(WireDeadlines, H05_AnswersThatNobodyReads) { expectEnded(life(3), 10s); }

TEST_F(WireDeadlines, IdleConnectionsAreKept) {
  EXPECT_FALSE(life(4).end);
  expectLive(repliesIn(life(4).received).at(0));
}

// A slow caller is not an outage: the time for the store counts from the end of the body.
TEST_F(WireDeadlines, ASlowBodyIsServed) {
  const std::string body = goodBody();
  RawConnection socket = connection();
  socket.send(validation(lengthOf(body) + "Connection: close\r\n", body.substr(0, 5)));
  std::this_thread::sleep_for(2500ms);
  socket.send(body.substr(5));
  expectValid(repliesIn(socket.receiveAll()).at(0));
}

TEST(WireTimeouts, AreThoseOfTheConfiguration) {
  ServiceSetup setup(Pair{SignerKind::Hs256, StoreKind::Sqlite});
  setup.set("server",
            "{port: 0, head_timeout: 1s, body_timeout: 1500ms, write_timeout: 2s, "
            "idle_timeout: 2500ms}");
  const ServiceProcess service(setup);
  Crowd crowd(service.port());
  for (const Manners& manners : {kSilence, kSlowHead, kSlowBody, kNeverReads, kIdle}) {
    crowd.join(1, manners);
  }
  crowd.run(5s);
  expectEnded(crowd.lives()[0], 1s);
  expectEnded(crowd.lives()[1], 1s);
  expectRefusal(crowd.lives()[1].received, 408);
  expectEnded(crowd.lives()[2], 1500ms);
  expectRefusal(crowd.lives()[2].received, 408);
  expectEnded(crowd.lives()[3], 2s);
  expectEnded(crowd.lives()[4], 2500ms);
  expectLive(repliesIn(crowd.lives()[4].received).at(0));
}

}  // namespace
}  // namespace token_service::test
