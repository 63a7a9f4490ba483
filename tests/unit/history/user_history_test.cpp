// Histories written by hand: each rule of the checker finds what it is for, and nothing else.

#include "user_history.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace token_service::history {
namespace {

using namespace std::chrono_literals;

Answer ok() {
  Answer answer;
  answer.result = Result::Ok;
  return answer;
}

Answer pair(const std::string& refresh_token, const std::string& access_token) {
  Answer answer = ok();
  answer.refresh_token = refresh_token;
  answer.access_token = access_token;
  return answer;
}

Answer no() {
  Answer answer;
  answer.result = Result::No;
  return answer;
}

Answer noSessionAtAll() {
  Answer answer = no();
  answer.no_session_at_all = true;
  return answer;
}

Answer unknown() { return {}; }

// The clock goes on by a millisecond with each event.
class UserHistoryTest : public testing::Test {
 protected:
  Pending begin(Kind kind, int session = 0, const std::string& refresh_token = "") {
    return history.invoke({0, 0, kind, session, refresh_token}, ++number, clock += 1ms);
  }

  void end(Pending pending, const Answer& answer) {
    for (Violation& violation : history.complete(std::move(pending), answer, clock += 1ms)) {
      found.push_back(violation.rule);
    }
  }

  void perform(Kind kind, int session, const Answer& answer,
               const std::string& refresh_token = "") {
    end(begin(kind, session, refresh_token), answer);
  }

  void logIn(const std::string& refresh_token = "r0", const std::string& access_token = "a0") {
    end(begin(Kind::GenTokens), pair(refresh_token, access_token));
  }

  void refresh(const std::string& presented, const Answer& answer) {
    perform(Kind::Refresh, 0, answer, presented);
  }

  void expectNothing() const { EXPECT_TRUE(found.empty()) << nameOf(found.front()); }
  void expectOnly(Rule rule) const {
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(nameOf(found.front()), nameOf(rule));
  }

  UserHistory history{1, {.rotation = true, .reuse_grace = 30s, .max_per_user = 2}};
  std::vector<Rule> found;
  std::uint64_t number = 0;
  Time clock{};
};

class AcceptedAfterLogOutTest : public UserHistoryTest {};
class ResurrectedTest : public UserHistoryTest {};
class ForkedTest : public UserHistoryTest {};
class NeedlessLogOutTest : public UserHistoryTest {};
class WrongAnswerTest : public UserHistoryTest {};

TEST_F(AcceptedAfterLogOutTest, isFoundForEachKindOfUseAndOfLogOut) {
  int session = 0;
  for (const Kind log_out : {Kind::Invalidate, Kind::Revoke, Kind::EndSession}) {
    for (const Kind use : {Kind::Validate, Kind::Introspect, Kind::Refresh}) {
      logIn();
      perform(log_out, session, ok());
      const std::string presented = use == Kind::Refresh ? "r0" : "";
      perform(use, session, use == Kind::Refresh ? pair("r1", "a1") : ok(), presented);
      expectOnly(Rule::AcceptedAfterLogOut);
      found.clear();
      ++session;
    }
  }
}

TEST_F(AcceptedAfterLogOutTest, namesTheOperations) {
  logIn();
  perform(Kind::Invalidate, 0, ok());
  Pending use = begin(Kind::Validate);
  const std::vector<Violation> violations = history.complete(std::move(use), ok(), clock += 1ms);
  ASSERT_EQ(violations.size(), 1U);
  ASSERT_EQ(violations[0].operations.size(), 3U);
  EXPECT_EQ(violations[0].operations[0].kind, Kind::GenTokens);
  EXPECT_EQ(violations[0].operations[1].kind, Kind::Invalidate);
  EXPECT_EQ(violations[0].operations[2].kind, Kind::Validate);
  EXPECT_EQ(describe(violations[0], 0ns),
            "accepted-after-log-out: a token of a session that was logged out was accepted\n"
            "  #1 client 0 host 0: gen-tokens of user 1 session 0, invoked 0.001000, returned "
            "0.002000: ok\n"
            "  #2 client 0 host 0: invalidate of user 1 session 0, invoked 0.003000, returned "
            "0.004000: ok\n"
            "  #3 client 0 host 0: validate of user 1 session 0, invoked 0.005000, returned "
            "0.006000: ok\n");
}

TEST_F(AcceptedAfterLogOutTest, isFoundForTokensOfARefreshThatRacedTheLogOut) {
  logIn();
  Pending refresh_under_way = begin(Kind::Refresh, 0, "r0");
  perform(Kind::Invalidate, 0, ok());
  end(std::move(refresh_under_way), pair("r1", "a1"));
  expectNothing();
  perform(Kind::Validate, 0, ok());
  expectOnly(Rule::AcceptedAfterLogOut);
}

TEST_F(AcceptedAfterLogOutTest, isNoneForUsesThatOverlapTheLogOut) {
  logIn();
  Pending before = begin(Kind::Validate);
  Pending log_out = begin(Kind::Invalidate);
  Pending during = begin(Kind::Validate);
  end(std::move(log_out), ok());
  end(std::move(before), ok());
  end(std::move(during), ok());
  expectNothing();
}

TEST_F(AcceptedAfterLogOutTest, isNoneForALogInThatOverlapsTheLogOut) {
  Pending log_in = begin(Kind::GenTokens);
  Pending log_out = begin(Kind::Invalidate);
  end(std::move(log_in), pair("r0", "a0"));
  end(std::move(log_out), ok());
  perform(Kind::Validate, 0, ok());
  expectNothing();
}

TEST_F(AcceptedAfterLogOutTest, isNoneForALogInAfterTheLogOut) {
  logIn();
  perform(Kind::Invalidate, 0, ok());
  logIn();
  perform(Kind::Validate, 1, ok());
  expectNothing();
}

TEST_F(AcceptedAfterLogOutTest, isNoneForTheEndOfAnotherSession) {
  logIn();
  logIn();
  perform(Kind::EndSession, 0, ok());
  perform(Kind::Revoke, 0, ok());
  perform(Kind::Validate, 1, ok());
  expectNothing();
}

TEST_F(AcceptedAfterLogOutTest, isNoneForALogOutWithoutAnAnswer) {
  logIn();
  perform(Kind::Invalidate, 0, unknown());
  perform(Kind::Validate, 0, ok());
  expectNothing();
}

TEST_F(ResurrectedTest, isFoundOnceSomebodySawThatTheSessionIsGone) {
  logIn();
  perform(Kind::Invalidate, 0, unknown());
  perform(Kind::Validate, 0, ok());
  perform(Kind::Validate, 0, no());
  perform(Kind::Validate, 0, no());
  expectNothing();
  perform(Kind::Validate, 0, ok());
  expectOnly(Rule::Resurrected);
}

TEST_F(ResurrectedTest, isFoundForEverySessionOnceThereWasNoneAtAll) {
  logIn();
  logIn();
  Pending log_out = begin(Kind::Invalidate);
  perform(Kind::Invalidate, 0, noSessionAtAll());
  expectNothing();
  end(std::move(log_out), unknown());
  perform(Kind::Validate, 0, ok());
  perform(Kind::Validate, 1, ok());
  EXPECT_EQ(found, (std::vector<Rule>{Rule::Resurrected, Rule::Resurrected}));
}

TEST_F(ResurrectedTest, isNoneForUsesThatOverlapTheRefusal) {
  logIn();
  Pending log_out = begin(Kind::Invalidate);
  Pending accepted_later = begin(Kind::Validate);
  perform(Kind::Validate, 0, no());
  end(std::move(accepted_later), ok());
  end(std::move(log_out), ok());
  expectNothing();
}

TEST_F(ResurrectedTest, isNoneForALogInThatOverlapsTheRefusalOfAll) {
  logIn();
  perform(Kind::Invalidate, 0, ok());
  Pending refused = begin(Kind::Refresh, 0, "r0");
  logIn();
  end(std::move(refused), noSessionAtAll());
  perform(Kind::Validate, 1, ok());
  expectNothing();
}

TEST_F(ResurrectedTest, isNoneAfterUnknownAnswers) {
  logIn();
  perform(Kind::Validate, 0, unknown());
  refresh("r0", unknown());
  perform(Kind::Validate, 0, ok());
  expectNothing();
}

TEST_F(ForkedTest, isFoundForTwoNewTokensForOne) {
  logIn();
  Pending first = begin(Kind::Refresh, 0, "r0");
  Pending second = begin(Kind::Refresh, 0, "r0");
  end(std::move(first), pair("r1", "a1"));
  expectNothing();
  end(std::move(second), pair("r2", "a2"));
  expectOnly(Rule::Forked);
}

TEST_F(ForkedTest, isFoundForTwoNewTokensForOneOfALaterGeneration) {
  logIn();
  refresh("r0", pair("r1", "a1"));
  refresh("r1", pair("r2", "a2"));
  refresh("r2", no());
  found.clear();
  refresh("r1", pair("r3", "a3"));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], Rule::Resurrected);
  EXPECT_EQ(found[1], Rule::Forked);
}

TEST_F(ForkedTest, isFoundForAGenerationThatComesBack) {
  logIn();
  refresh("r0", pair("r1", "a1"));
  refresh("r1", pair("r2", "a2"));
  refresh("r0", pair("r1", "a1"));
  expectOnly(Rule::Forked);
}

TEST_F(ForkedTest, isFoundForAnotherAccessTokenInAReplay) {
  logIn();
  refresh("r0", pair("r1", "a1"));
  refresh("r0", pair("r1", "a2"));
  expectOnly(Rule::Forked);
}

TEST_F(ForkedTest, isFoundForATokenThatIsNotReplaced) {
  logIn();
  refresh("r0", pair("r0", "a1"));
  expectOnly(Rule::Forked);
}

TEST_F(ForkedTest, isNoneForAChainWithReplays) {
  logIn();
  refresh("r0", pair("r1", "a1"));
  refresh("r0", pair("r1", "a1"));
  refresh("r1", pair("r2", "a2"));
  refresh("r0", pair("r2", "a2"));
  refresh("r1", pair("r2", "a2"));
  refresh("r2", pair("r3", "a3"));
  expectNothing();
}

TEST_F(ForkedTest, isNoneForRacersWhoSeeDifferentGenerations) {
  logIn();
  Pending slow = begin(Kind::Refresh, 0, "r0");
  Pending late = begin(Kind::Refresh, 0, "r0");
  refresh("r0", pair("r1", "a1"));
  refresh("r1", pair("r2", "a2"));
  end(std::move(slow), pair("r1", "a1"));
  end(std::move(late), pair("r2", "a2"));
  expectNothing();
}

TEST_F(ForkedTest, isNoneForAMakerWhoseAnswerIsStillUnderWay) {
  logIn();
  Pending first = begin(Kind::Refresh, 0, "r0");
  Pending replay = begin(Kind::Refresh, 0, "r0");
  end(std::move(first), pair("r1", "a1"));
  Pending maker = begin(Kind::Refresh, 0, "r1");
  end(std::move(replay), pair("r2", "a2"));
  end(std::move(maker), pair("r2", "a2"));
  expectNothing();
}

TEST_F(ForkedTest, isNoneForALostAnswer) {
  logIn();
  refresh("r0", unknown());
  refresh("r0", pair("r1", "a1"));
  refresh("r1", unknown());
  refresh("r0", pair("r2", "a2"));
  expectNothing();
}

TEST_F(NeedlessLogOutTest, isFoundForEachKindOfUse) {
  int session = 0;
  for (const Kind use : {Kind::Validate, Kind::Introspect, Kind::Refresh, Kind::EndSession}) {
    logIn();
    perform(use, session, no(), use == Kind::Refresh ? "r0" : "");
    expectOnly(Rule::NeedlessLogOut);
    found.clear();
    perform(Kind::Invalidate, session, ok());
    ++session;
  }
}

TEST_F(NeedlessLogOutTest, isFoundForARefusedLogOut) {
  logIn();
  perform(Kind::Invalidate, 0, noSessionAtAll());
  expectOnly(Rule::NeedlessLogOut);
}

TEST_F(NeedlessLogOutTest, isFoundIfTheOnlyLogOutWasOverBeforeTheLogIn) {
  logIn();
  perform(Kind::Invalidate, 0, ok());
  logIn();
  perform(Kind::Validate, 1, no());
  expectOnly(Rule::NeedlessLogOut);
}

TEST_F(NeedlessLogOutTest, isFoundIfAnotherSessionWasEnded) {
  logIn();
  logIn();
  perform(Kind::Revoke, 0, ok());
  perform(Kind::Validate, 1, no());
  expectOnly(Rule::NeedlessLogOut);
}

TEST_F(NeedlessLogOutTest, isNoneWithALogOutUnderWayOrWithoutAnAnswer) {
  logIn();
  Pending log_out = begin(Kind::EndSession);
  perform(Kind::Validate, 0, no());
  end(std::move(log_out), ok());
  perform(Kind::Invalidate, 0, unknown());
  logIn();
  perform(Kind::Validate, 1, no());
  expectNothing();
}

TEST_F(NeedlessLogOutTest, isNoneWithMoreLogInsThanTheLimit) {
  logIn();
  logIn();
  Pending third = begin(Kind::GenTokens);
  perform(Kind::Validate, 0, no());
  end(std::move(third), unknown());
  expectNothing();
}

TEST_F(NeedlessLogOutTest, isFoundWithNoMoreLogInsThanTheLimit) {
  logIn();
  logIn();
  perform(Kind::Validate, 0, no());
  expectOnly(Rule::NeedlessLogOut);
}

TEST_F(NeedlessLogOutTest, isFoundIfTheOtherLogInsWereBefore) {
  logIn();
  logIn();
  clock += 1s;
  logIn();
  perform(Kind::Validate, 2, no());
  expectOnly(Rule::NeedlessLogOut);
}

TEST_F(NeedlessLogOutTest, isFoundForAReplayWithinTheGracePeriod) {
  logIn();
  refresh("r0", pair("r1", "a1"));
  clock += 29s;
  refresh("r0", no());
  expectOnly(Rule::NeedlessLogOut);
}

TEST_F(NeedlessLogOutTest, isNoneForAReplayAfterTheGracePeriod) {
  logIn();
  refresh("r0", pair("r1", "a1"));
  clock += 30s;
  refresh("r0", no());
  refresh("r1", no());
  expectNothing();
}

TEST_F(NeedlessLogOutTest, isNoneForAReplayAfterTheGracePeriodWithoutAnAnswer) {
  logIn();
  refresh("r0", pair("r1", "a1"));
  clock += 30s;
  refresh("r0", unknown());
  refresh("r1", no());
  expectNothing();
}

TEST_F(NeedlessLogOutTest, isFoundForAReplayOfAFreshToken) {
  logIn();
  for (int generation = 0; generation < 7; ++generation) {
    refresh("r" + std::to_string(generation),
            pair("r" + std::to_string(generation + 1), "a" + std::to_string(generation + 1)));
  }
  refresh("r0", no());
  expectOnly(Rule::NeedlessLogOut);
}

TEST_F(NeedlessLogOutTest, isNoneForATokenThatWasRetiredTooOften) {
  logIn();
  for (int generation = 0; generation < 9; ++generation) {
    refresh("r" + std::to_string(generation),
            pair("r" + std::to_string(generation + 1), "a" + std::to_string(generation + 1)));
  }
  refresh("r0", no());
  expectNothing();
}

TEST_F(WrongAnswerTest, isFoundAndConcludesNothing) {
  logIn();
  Answer failure;
  failure.fault = "status 500";
  perform(Kind::Validate, 0, failure);
  expectOnly(Rule::WrongAnswer);
  perform(Kind::Validate, 0, ok());
  expectOnly(Rule::WrongAnswer);
}

TEST_F(WrongAnswerTest, isNoneForAnUnknownOne) {
  logIn();
  perform(Kind::Validate, 0, unknown());
  expectNothing();
}

TEST_F(UserHistoryTest, knowsWhatMayLive) {
  logIn();
  EXPECT_TRUE(history.mayLive(0));
  perform(Kind::GenTokens, 0, unknown());
  EXPECT_FALSE(history.mayLive(1));
  perform(Kind::Revoke, 0, ok());
  EXPECT_FALSE(history.mayLive(0));
}

}  // namespace
}  // namespace token_service::history
