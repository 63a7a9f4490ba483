#include "racers.hpp"
#include "rotating_test.hpp"
#include "token_forge.hpp"

#include <chrono>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;

// Promise 18: a token that was replaced longer ago than the window ends the whole session.
class TheftTest : public RotatingTest {
 protected:
  static constexpr std::size_t kRacers = 16;
  static constexpr auto kAfterTheWindow = 1100ms;

  TheftTest() { setup.set("refresh", "{rotation: on, reuse_grace: 1s}"); }

  struct Family {
    std::int64_t id;
    // Each one got with the one before.
    std::vector<TokenPair> generations;
  };

  // A session with so many generations, the first one from a log-in.
  Family descendants(std::size_t generations) {
    TokenApi api = connect();
    Family family{nextUser(), {}};
    family.generations.push_back(api.logIn(family.id));
    while (family.generations.size() < generations) {
      family.generations.push_back(
          expectPair(api.refresh(family.id, family.generations.back().refresh)));
    }
    return family;
  }

  void expectDead(const Family& family) {
    TokenApi api = connect();
    for (const TokenPair& pair : family.generations) {
      expectError(api.validate(family.id, pair.access), kTokenMismatch);
      expectError(api.refresh(family.id, pair.refresh), kUserNotFound);
    }
  }

  // How many events of all processes say that this session has ended.
  int events(const Family& family) const {
    const std::string session = memberOf(partsOf(family.generations.front().access).claims, "sid");
    int count = 0;
    for (const auto& process : processes) {
      std::istringstream log(process->log());
      for (std::string line; std::getline(log, line);) {
        const bool theft = line.find("the session has ended") != std::string::npos;
        count += theft && line.find("session_id=" + session) != std::string::npos ? 1 : 0;
      }
    }
    return count;
  }
};

INSTANTIATE_TEST_SUITE_P(Deployments, TheftTest, kOpposites, deploymentName);

TEST_P(TheftTest, eachRetiredTokenOfFourGenerationsEndsTheSession_T50) {
  start();
  // S1 R1 S2 R1, S1 R1 R2 R1, and each ancestor of a family of four.
  std::vector<std::pair<Family, std::size_t>> thefts = {{descendants(2), 0},
                                                        {descendants(3), 0},
                                                        {descendants(4), 0},
                                                        {descendants(4), 1},
                                                        {descendants(4), 2}};
  const Family untouched = descendants(4);
  TokenApi api = connect();
  EXPECT_TRUE(api.isValid(thefts[0].first.id, thefts[0].first.generations[1].access));
  std::this_thread::sleep_for(kAfterTheWindow);
  for (const auto& [family, stolen] : thefts) {
    SCOPED_TRACE(std::to_string(family.generations.size()) + " generations, token " +
                 std::to_string(stolen + 1));
    EXPECT_TRUE(api.isValid(family.id, family.generations.back().access));
    EXPECT_EQ(events(family), 0);
    expectError(api.refresh(family.id, family.generations[stolen].refresh), kInvalidToken);
    expectDead(family);
    EXPECT_EQ(events(family), 1);
  }
  const TokenPair next =
      expectPair(api.refresh(untouched.id, untouched.generations.back().refresh));
  EXPECT_TRUE(connect().isValid(untouched.id, next.access));
  EXPECT_EQ(events(untouched), 0) << "the newest token is no theft, however late";
}

TEST_P(TheftTest, aTokenUsedTwiceGetsTheSameAnswerThenNone_T51) {
  start();
  TokenApi api = connect();
  const std::int64_t id = nextUser();
  const TokenPair first = api.logIn(id);
  const Reply answer = api.refresh(id, first.refresh);
  const TokenPair second = expectPair(answer);
  EXPECT_EQ(api.refresh(id, first.refresh).body, answer.body);
  EXPECT_TRUE(api.isValid(id, second.access));
  std::this_thread::sleep_for(kAfterTheWindow);
  expectError(api.refresh(id, first.refresh), kInvalidToken);
  expectError(api.validate(id, second.access), kTokenMismatch);
}

TEST_P(TheftTest, theUsersOtherSessionsGoOn) {
  start();
  TokenApi api = connect();
  const Family family = descendants(2);
  const TokenPair other_device = api.logIn(family.id);
  std::this_thread::sleep_for(kAfterTheWindow);
  for (int attempt = 0; attempt < 2; ++attempt) {
    for (const TokenPair& pair : family.generations) {
      expectError(api.refresh(family.id, pair.refresh), kInvalidToken);
      EXPECT_EQ(events(family), 1);
    }
  }
  expectError(api.validate(family.id, family.generations.back().access), kTokenMismatch);
  EXPECT_TRUE(api.isValid(family.id, other_device.access));
  expectPair(api.refresh(family.id, other_device.refresh));
}

TEST_P(TheftTest, generationsThatWereRacedForHaveOneFateToo) {
  start();
  Racers racers(kRacers, ports());
  Family family = descendants(1);
  for (int generation = 1; generation < 4; ++generation) {
    const std::vector<Reply>& replies =
        racers.race(refreshCall(family.id, family.generations.back().refresh));
    for (const Reply& reply : replies) {
      ASSERT_EQ(reply.body, replies.front().body);
    }
    family.generations.push_back(expectPair(replies.front()));
  }
  std::this_thread::sleep_for(kAfterTheWindow);
  int ended = 0;
  for (const Reply& reply :
       racers.race(refreshCall(family.id, family.generations.front().refresh))) {
    if (reply.status == 401) {
      expectError(reply, kInvalidToken);
      ++ended;
    } else {
      expectError(reply, kUserNotFound);
    }
  }
  EXPECT_GE(ended, 1);
  expectDead(family);
  EXPECT_EQ(events(family), 1);
}

}  // namespace
}  // namespace token_service::test
