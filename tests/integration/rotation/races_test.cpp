#include "counts.hpp"
#include "racers.hpp"
#include "rotating_test.hpp"
#include "run_together.hpp"

#include <set>

namespace token_service::test {
namespace {

constexpr std::size_t kRacers = 16;

int rounds() { return countFrom("TOKEN_SERVICE_RACES", 100); }

class RacesTest : public RotatingTest {};
class LogOutRacesTest : public RotatingTest {};

INSTANTIATE_TEST_SUITE_P(Deployments, RacesTest, kDeployments, deploymentName);
INSTANTIATE_TEST_SUITE_P(Deployments, LogOutRacesTest, kOpposites, deploymentName);

TEST_P(RacesTest, sixteenWhoRedeemOneTokenAtOnceGetOnePair) {
  start();
  Racers racers(kRacers, ports());
  TokenApi one = connect();
  TokenApi other = connect();
  std::set<std::string> newest;
  for (int round = 0; round < rounds(); ++round) {
    const std::int64_t id = nextUser();
    const TokenPair first = one.logIn(id);
    const std::vector<Reply>& replies = racers.race(refreshCall(id, first.refresh));
    for (const Reply& reply : replies) {
      ASSERT_EQ(reply.status, 200) << reply.body << " in round " << round;
      ASSERT_EQ(reply.body, replies.front().body) << "in round " << round;
    }
    const TokenPair second = expectPair(replies.front());
    EXPECT_NE(second.refresh, first.refresh);
    EXPECT_NE(second.access, first.access);
    EXPECT_EQ(other.refresh(id, first.refresh).body, replies.front().body);
    const TokenPair third = expectPair(one.refresh(id, second.refresh));
    EXPECT_NE(third.refresh, second.refresh);
    EXPECT_EQ(other.refresh(id, first.refresh).body, one.refresh(id, second.refresh).body)
        << "both are retired and get the present pair";
    EXPECT_TRUE(other.isValid(id, first.access));
    EXPECT_TRUE(other.isValid(id, second.access));
    EXPECT_TRUE(one.isValid(id, third.access));
    newest.insert(jtiOf(third.refresh));
    ASSERT_FALSE(HasFailure()) << "in round " << round;
  }
  const std::vector<std::string> present = presentRefreshTokens(setup);
  EXPECT_EQ(present.size(), static_cast<std::size_t>(rounds())) << "one session a log-in";
  EXPECT_EQ(std::set<std::string>(present.begin(), present.end()), newest);
}

// Promise 21: what a refresh gives that races with a log-out is dead, too.
TEST_P(LogOutRacesTest, leaveNoChildOfARefreshAlive) {
  start();
  TokenApi one = connect();
  TokenApi other = connect();
  for (int round = 0; round < rounds(); ++round) {
    const std::int64_t id = nextUser();
    const TokenPair tokens = one.logIn(id);
    Reply refreshed;
    runTogether({[&] { expectLoggedOut(one.invalidate(id, tokens.access)); },
                 [&] { refreshed = other.refresh(id, tokens.refresh); }});
    TokenPair dead = tokens;
    if (refreshed.status == 200) {
      dead = pairOf(refreshed);
    } else {
      expectError(refreshed, kUserNotFound);
    }
    for (TokenApi* replica : {&one, &other}) {
      expectError(replica->validate(id, dead.access), kTokenMismatch);
      expectError(replica->refresh(id, dead.refresh), kUserNotFound);
      expectError(replica->refresh(id, tokens.refresh), kUserNotFound);
    }
    ASSERT_FALSE(HasFailure()) << "in round " << round;
  }
}

}  // namespace
}  // namespace token_service::test
