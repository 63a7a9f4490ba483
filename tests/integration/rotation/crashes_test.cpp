#include "counts.hpp"
#include "rotating_test.hpp"
#include "run_together.hpp"

#include <Poco/Exception.h>

#include <chrono>
#include <functional>
#include <random>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;

int crashes() { return countFrom("TOKEN_SERVICE_CRASHES", 5); }

struct LogIn {
  std::int64_t id;
  TokenPair tokens;
};

// A caller with sessions of its own, which knows what it was answered. For one thread.
class LoadCaller {
 public:
  // Calls whatever comes to mind until the connection breaks.
  void run(std::uint16_t port) {
    HttpClient connection(port);
    try {
      for (;;) {
        step(connection);
      }
    } catch (const Poco::Exception&) {
      // The crash. What was under way may have happened or not.
    }
  }

  // Promise 23: what was answered holds, and a plain retry helps where no answer came.
  void expectAsAnswered(TokenApi& api) {
    for (LogIn& alive : alive_) {
      EXPECT_TRUE(api.isValid(alive.id, alive.tokens.access));
      const TokenPair pair = expectPair(api.refresh(alive.id, alive.tokens.refresh));
      EXPECT_TRUE(api.isValid(alive.id, pair.access));
      alive.tokens = pair;
    }
    for (const LogIn& ended : ended_) {
      expectError(api.validate(ended.id, ended.tokens.access), kTokenMismatch);
      expectError(api.refresh(ended.id, ended.tokens.refresh), kUserNotFound);
    }
  }

  std::size_t ended() const { return ended_.size(); }

 private:
  static constexpr std::size_t kMostAlive = 8;

  void step(HttpClient& connection) {
    const std::size_t choice = random_() % 8;
    if (alive_.empty() || (choice == 0 && alive_.size() < kMostAlive)) {
      logIn(connection);
      return;
    }
    LogIn& one = alive_[random_() % alive_.size()];
    if (choice == 1) {
      logOut(connection, one);
    } else if (choice < 4) {
      const Reply reply = connection.send(
          withSecret(jsonCall(kValidate, "{\"id\":" + std::to_string(one.id) + ",\"access\":\"" +
                                             one.tokens.access + "\"}")));
      EXPECT_EQ(reply.status, 200) << reply.body;
    } else {
      const Reply reply = connection.send(refreshCall(one.id, one.tokens.refresh));
      EXPECT_EQ(reply.status, 200) << reply.body;
      one.tokens = pairOf(reply);
    }
  }

  void logIn(HttpClient& connection) {
    const std::int64_t id = nextUser();
    const Reply reply = connection.send(withSecret(
        jsonCall(kGenTokens, "{\"id\":" + std::to_string(id) + ",\"username\":\"user\"}")));
    EXPECT_EQ(reply.status, 201) << reply.body;
    alive_.push_back({id, pairOf(reply)});
  }

  void logOut(HttpClient& connection, LogIn& one) {
    const LogIn leaving = one;
    one = alive_.back();
    alive_.pop_back();
    const Reply reply = connection.send(
        withSecret(jsonCall(kInvalidate, "{\"id\":" + std::to_string(leaving.id) +
                                             ",\"access\":\"" + leaving.tokens.access + "\"}")));
    EXPECT_EQ(reply.status, 200) << reply.body;
    ended_.push_back(leaving);
  }

  std::vector<LogIn> alive_;
  std::vector<LogIn> ended_;
  std::minstd_rand random_{std::random_device{}()};
};

class CrashesTest : public RotatingTest {};

INSTANTIATE_TEST_SUITE_P(Deployments, CrashesTest, kOpposites, deploymentName);

TEST_P(CrashesTest, whatWasAnsweredUnderLoadHolds) {
  std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<int> milliseconds(50, 400);
  std::vector<LoadCaller> callers(4);
  for (int crash = 0; crash < crashes(); ++crash) {
    SCOPED_TRACE("crash " + std::to_string(crash));
    ServiceProcess service(setup);
    std::vector<std::function<void()>> actions = {[&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds(random)));
      service.kill();
    }};
    for (LoadCaller& caller : callers) {
      actions.emplace_back([&, port = service.port()] { caller.run(port); });
    }
    runTogether(actions);
    ServiceProcess restarted(setup);
    TokenApi api(restarted);
    for (LoadCaller& caller : callers) {
      caller.expectAsAnswered(api);
    }
    restarted.kill();
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(callers.front().ended(), 0U);
}

}  // namespace
}  // namespace token_service::test
