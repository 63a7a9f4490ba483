#include "session_service_test.hpp"

#include <set>
#include <thread>

namespace token_service::session {
namespace {

class RotationTest : public SessionServiceTest {
 protected:
  RotationTest() : SessionServiceTest(rotating()) {}

  static Policy rotating() {
    Policy wanted = policy();
    wanted.rotation = true;
    return wanted;
  }

  TokenPair redeem(const std::string& token) {
    const RefreshResult result = service_->refresh(token, 7, soon());
    EXPECT_EQ(result.outcome, RefreshOutcome::Refreshed);
    return result.tokens;
  }
};

void expectSame(const TokenPair& a, const TokenPair& b) {
  EXPECT_EQ(a.refresh, b.refresh);
  EXPECT_EQ(a.access, b.access);
}

TEST_F(RotationTest, EachUseGivesANewPairOfTheSameSession) {
  const TokenPair first = issue();
  clock_.advance(1min);
  const TokenPair second = redeem(first.refresh);
  EXPECT_NE(second.refresh, first.refresh);
  EXPECT_NE(second.access, first.access);
  const Claims claims = claimsOf(second.refresh, TokenType::Refresh);
  EXPECT_EQ(claims.sid, claimsOf(first.refresh, TokenType::Refresh).sid);
  EXPECT_EQ(claims.exp, claims.iat + 24h) << "the session's life slides";
  EXPECT_EQ(store_.rows.size(), 1U);
  EXPECT_EQ(store_.rows.front().expires_at, claims.exp);
  EXPECT_EQ(stored().refresh.jti, claims.jti);
  EXPECT_EQ(validate(first.access), ValidateOutcome::Valid);
  EXPECT_EQ(validate(second.access), ValidateOutcome::Valid);
}

TEST_F(RotationTest, WithinTheGracePeriodARetiredTokenGetsThePresentPairByteForByte_T51) {
  const TokenPair first = issue();
  const TokenPair second = redeem(first.refresh);
  const int writes = store_.writes;
  expectSame(redeem(first.refresh), second);
  clock_.advance(30s - 1ms);
  expectSame(redeem(first.refresh), second);
  EXPECT_EQ(store_.writes, writes);
  EXPECT_EQ(service_->reuses(), 0U);
}

TEST_F(RotationTest, ThePresentPairIsNeverForked_P15) {
  const TokenPair first = issue();
  const TokenPair second = redeem(first.refresh);
  clock_.advance(10s);
  const TokenPair third = redeem(second.refresh);
  clock_.advance(10s);
  expectSame(redeem(first.refresh), third);
  expectSame(redeem(second.refresh), third);
}

TEST_F(RotationTest, ATokenThatWasRetiredLongerAgoEndsTheSession_T50_P18) {
  const TokenPair first = issue();
  const TokenPair second = redeem(first.refresh);
  const TokenPair elsewhere = issue();
  clock_.advance(30s);
  const std::string log =
      host_test::logOf([&] { EXPECT_EQ(refresh(first.refresh), RefreshOutcome::InvalidToken); });
  EXPECT_NE(log.find(" warning a refresh token that was replaced before came again: the session "
                     "has ended user_id=7 session_id=" +
                     claimsOf(first.refresh, TokenType::Refresh).sid + " since_start=1"),
            std::string::npos)
      << log;
  EXPECT_EQ(service_->reuses(), 1U);
  EXPECT_EQ(refresh(second.refresh), RefreshOutcome::InvalidToken);
  EXPECT_EQ(validate(second.access), ValidateOutcome::Mismatch);
  EXPECT_EQ(refresh(elsewhere.refresh), RefreshOutcome::Refreshed) << "other sessions go on";
}

TEST_F(RotationTest, WhenItWasTheOnlySessionTheUserIsNotFoundFromThenOn) {
  const TokenPair first = issue();
  redeem(first.refresh);
  clock_.advance(30s);
  host_test::logOf([&] { EXPECT_EQ(refresh(first.refresh), RefreshOutcome::InvalidToken); });
  EXPECT_EQ(refresh(first.refresh), RefreshOutcome::UserNotFound);
}

TEST_F(RotationTest, AnyTokenOfATreeOfGenerationsEndsAllOfIt_P18) {
  for (std::size_t stolen = 0; stolen < 3; ++stolen) {
    std::vector<TokenPair> generations{issue()};
    for (int count = 0; count < 3; ++count) {
      clock_.advance(40s);
      generations.push_back(redeem(generations.back().refresh));
    }
    clock_.advance(40s);
    host_test::logOf(
        [&] { EXPECT_EQ(refresh(generations[stolen].refresh), RefreshOutcome::InvalidToken); });
    for (const TokenPair& pair : generations) {
      EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::UserNotFound);
      EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch);
    }
  }
}

TEST_F(RotationTest, RemembersEightRetiredTokensAndThoseOfTheGracePeriodOnly) {
  std::vector<TokenPair> generations{issue()};
  for (int count = 0; count < 9; ++count) {
    clock_.advance(1s);
    generations.push_back(redeem(generations.back().refresh));
  }
  EXPECT_EQ(stored().retired.size(), kMaxRetiredTokens);
  expectSame(redeem(generations[1].refresh), generations.back());
  clock_.advance(30s);
  redeem(generations.back().refresh);
  EXPECT_EQ(stored().retired.size(), 1U);
}

TEST_F(RotationTest, OneGenerationComesOfManyRedeemersAtOnce_P15) {
  for (int round = 0; round < 50; ++round) {
    const TokenPair first = issue();
    std::vector<TokenPair> answers(16);
    std::vector<std::thread> racers;
    for (TokenPair& answer : answers) {
      racers.emplace_back([&] { answer = redeem(first.refresh); });
    }
    for (std::thread& racer : racers) {
      racer.join();
    }
    for (const TokenPair& answer : answers) {
      expectSame(answer, answers.front());
    }
  }
  EXPECT_EQ(service_->reuses(), 0U);
}

TEST_F(RotationTest, ARedeemerThatComesSecondGetsWhatTheFirstGot) {
  const TokenPair first = issue();
  TokenPair winner;
  bool interrupted = false;
  store_.before_replace = [&] {
    if (!interrupted) {
      interrupted = true;
      winner = redeem(first.refresh);
    }
  };
  expectSame(redeem(first.refresh), winner);
}

TEST_F(RotationTest, AFailingSignerBurnsNoToken_P16) {
  const TokenPair first = issue();
  for (TestSigner* signer : {&access_signer_, &refresh_signer_}) {
    // The refresh token itself is verified by its symmetric signer, which is the same failure.
    signer->fail(ErrorCode::Unavailable);
    EXPECT_EQ(codeOf([&] { refresh(first.refresh); }), ErrorCode::Unavailable);
    signer->fail(std::nullopt);
  }
  clock_.advance(1h);
  redeem(first.refresh);
}

TEST_F(RotationTest, AReplyThatWasLostAfterTheStoreHadCommittedIsRepairedByARetry_P16) {
  const TokenPair first = issue();
  bool interrupted = false;
  store_.before_replace = [&] {
    if (!interrupted) {
      interrupted = true;
      redeem(first.refresh);
      throw sdk::Error(ErrorCode::Timeout, "no answer from the database");
    }
  };
  EXPECT_EQ(codeOf([&] { refresh(first.refresh); }), ErrorCode::Timeout);
  const TokenPair retried = redeem(first.refresh);
  EXPECT_EQ(claimsOf(retried.refresh, TokenType::Refresh).jti, stored().refresh.jti);
  redeem(retried.refresh);
}

TEST_F(RotationTest, WithoutAGracePeriodTheSecondUseIsTheft) {
  Policy wanted = rotating();
  wanted.reuse_grace = 0s;
  use(wanted);
  const TokenPair first = issue();
  redeem(first.refresh);
  host_test::logOf([&] { EXPECT_EQ(refresh(first.refresh), RefreshOutcome::InvalidToken); });
  EXPECT_TRUE(store_.rows.empty());
}

TEST_F(RotationTest, WhereTheKeyIsGoneARetryGetsTheSameClaims) {
  const TokenPair first = issue();
  const TokenPair second = redeem(first.refresh);
  const Claims before = claimsOf(second.access, TokenType::Access);
  TestSigner other("other-kid", std::string(32, 'o'));
  keys_.replace(rings(other));
  const TokenPair again = redeem(first.refresh);
  EXPECT_EQ(again.refresh, second.refresh);
  EXPECT_NE(again.access, second.access);
  const Claims after = claimsOf(again.access, TokenType::Access);
  EXPECT_EQ(after.jti, before.jti);
  EXPECT_EQ(after.iat, before.iat);
  EXPECT_EQ(after.exp, before.exp);
}

TEST_F(RotationTest, AfterANewKeyBecameActiveARetryStillGetsTheSameBytes) {
  TestSigner both("access-kid", std::string(32, 'a'));
  both.addHmac("next-kid", std::string(32, 'n'), clock_.now() + 10s);
  keys_.replace(rings(both));
  const TokenPair first = issue();
  const TokenPair second = redeem(first.refresh);
  clock_.advance(20s);
  expectSame(redeem(first.refresh), second);
  redeem(second.refresh);
  EXPECT_EQ(stored().access.kid, "next-kid");
}

TEST_F(RotationTest, WhereSignaturesDifferARetryGetsTheSameClaims) {
  TestSigner es256;
  es256.add("es", "ES256", host_test::keyPair("P-256"));
  keys_.replace(rings(es256));
  const TokenPair first = issue();
  const Claims before = claimsOf(redeem(first.refresh).access, TokenType::Access);
  EXPECT_EQ(claimsOf(redeem(first.refresh).access, TokenType::Access).jti, before.jti);
}

TEST_F(RotationTest, SwitchedOffATokenOfBeforeIsNoTheft) {
  const TokenPair first = issue();
  const TokenPair second = redeem(first.refresh);
  use(policy());
  expectSame(redeem(first.refresh), second);
  clock_.advance(30s);
  EXPECT_EQ(refresh(first.refresh), RefreshOutcome::InvalidToken);
  EXPECT_EQ(store_.rows.size(), 1U);
  EXPECT_EQ(redeem(second.refresh).refresh, "") << "the caller keeps the token it has";
}

TEST_F(RotationTest, OnlyThePresentRefreshTokenIsActiveAndAskingChangesNothing) {
  const TokenPair first = issue();
  EXPECT_TRUE(service_->activeToken(first.refresh, soon()).value);
  const TokenPair second = redeem(first.refresh);
  clock_.advance(1min);
  const int writes = store_.writes;
  EXPECT_FALSE(service_->activeToken(first.refresh, soon()).value);
  EXPECT_TRUE(service_->activeToken(second.refresh, soon()).value);
  EXPECT_FALSE(service_->activeAccess(second.refresh, soon()).value);
  EXPECT_EQ(service_->activeToken(first.access, soon()).value->session.username, "ann");
  EXPECT_EQ(store_.writes, writes);
}

TEST_F(RotationTest, RevokingAnyTokenOfASessionEndsIt) {
  for (const bool retired : {false, true}) {
    const TokenPair first = issue();
    const TokenPair second = redeem(first.refresh);
    const TokenPair elsewhere = issue();
    service_->revoke(retired ? first.refresh : second.access, soon());
    EXPECT_EQ(validate(second.access), ValidateOutcome::Mismatch);
    EXPECT_EQ(validate(elsewhere.access), ValidateOutcome::Valid);
    service_->revoke(second.access, soon());
    service_->revoke("garbage", soon());
  }
  EXPECT_EQ(service_->reuses(), 0U);
}

}  // namespace
}  // namespace token_service::session
