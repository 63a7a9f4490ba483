#include "session_service_test.hpp"

namespace token_service::session {
namespace {

class SessionLimitsTest : public SessionServiceTest {
 protected:
  void limit(bool rotation, std::optional<std::chrono::seconds> idle,
             std::chrono::seconds absolute) {
    Policy wanted = policy();
    wanted.rotation = rotation;
    wanted.idle_timeout = idle;
    wanted.absolute_lifetime = absolute;
    use(wanted);
  }

  std::string renewed(const std::string& token) {
    const RefreshResult result = service_->refresh(token, 7, soon());
    EXPECT_EQ(result.outcome, RefreshOutcome::Refreshed);
    return result.tokens.refresh.empty() ? token : result.tokens.refresh;
  }
};

TEST_F(SessionLimitsTest, ASessionThatIsNotUsedEnds) {
  for (const bool rotation : {false, true}) {
    limit(rotation, 1h, 24h * 30);
    std::string token = issue().refresh;
    for (int count = 0; count < 5; ++count) {
      clock_.advance(1h - 1s);
      token = renewed(token);
    }
    clock_.advance(1h);
    EXPECT_EQ(refresh(token), RefreshOutcome::UserNotFound);
  }
}

TEST_F(SessionLimitsTest, ValidationIsNoUseAndWritesNothing) {
  limit(false, 10min, 24h * 30);
  const TokenPair pair = issue();
  clock_.advance(9min);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  EXPECT_EQ(store_.writes, 1);
  clock_.advance(1min);
  EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::UserNotFound);
}

TEST_F(SessionLimitsTest, AnAccessTokenNeverOutlivesAnIdleSession) {
  limit(false, 10min, 24h * 30);
  const TokenPair pair = issue();
  const Claims access = claimsOf(pair.access, TokenType::Access);
  EXPECT_EQ(access.exp, access.iat + 10min);
  EXPECT_EQ(store_.rows.front().expires_at, access.exp);
}

TEST_F(SessionLimitsTest, RotationSlidesTheSessionUpToItsAbsoluteLifetime) {
  limit(true, std::nullopt, 48h);
  const sdk::Time begun = clock_.now();
  std::string token = issue().refresh;
  const auto latest = std::chrono::floor<std::chrono::seconds>(begun) + 48h;
  for (int count = 0; count < 4; ++count) {
    clock_.advance(11h);
    token = renewed(token);
    EXPECT_LE(claimsOf(token, TokenType::Refresh).exp, latest);
    EXPECT_LE(store_.rows.front().expires_at, latest);
  }
  EXPECT_EQ(claimsOf(token, TokenType::Refresh).exp, latest);
  clock_.set(latest - 1min);
  const RefreshResult last = service_->refresh(token, 7, soon());
  EXPECT_EQ(claimsOf(last.tokens.access, TokenType::Access).exp, latest);
  EXPECT_EQ(last.access_lifetime, 1min);
  clock_.set(latest);
  EXPECT_EQ(refresh(last.tokens.refresh), RefreshOutcome::InvalidToken) << "it has expired, too";
  EXPECT_EQ(validate(last.tokens.access), ValidateOutcome::InvalidToken);
}

TEST_F(SessionLimitsTest, WithoutRotationASessionLastsAsLongAsItsRefreshToken) {
  limit(false, std::nullopt, 24h * 30);
  const TokenPair pair = issue();
  const sdk::Time end = store_.rows.front().expires_at;
  clock_.advance(12h);
  renewed(pair.refresh);
  EXPECT_EQ(store_.rows.front().expires_at, end);
}

TEST_F(SessionLimitsTest, AListShowsWhatAPersonRecognises) {
  const sdk::Time begun = clock_.now();
  const TokenPair phone = service_->issue(7, "ann", {"backend", "192.0.2.1", "Phone/1.0"}, soon());
  clock_.advance(1min);
  issue();
  clock_.advance(1min);
  renewed(phone.refresh);
  const std::vector<LiveSession> sessions = service_->list(7, soon());
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_EQ(sessions[0].data.client_ip, "") << "the newest first";
  EXPECT_EQ(sessions[1].session.created_at, begun);
  EXPECT_EQ(sessions[1].data.used_at, std::chrono::floor<std::chrono::seconds>(clock_.now()));
  EXPECT_EQ(sessions[1].data.client_id, "backend");
  EXPECT_EQ(sessions[1].data.client_ip, "192.0.2.1");
  EXPECT_EQ(sessions[1].data.user_agent, "Phone/1.0");
  EXPECT_TRUE(service_->list(8, soon()).empty());
}

TEST_F(SessionLimitsTest, OneSessionOrAllOfThemCanBeEnded) {
  const TokenPair first = issue();
  const TokenPair second = issue();
  const std::string sid = claimsOf(first.access, TokenType::Access).sid;
  EXPECT_FALSE(service_->end(8, sid, soon())) << "another user's";
  EXPECT_TRUE(service_->end(7, sid, soon()));
  EXPECT_FALSE(service_->end(7, sid, soon()));
  EXPECT_EQ(validate(first.access), ValidateOutcome::Mismatch);
  EXPECT_EQ(validate(second.access), ValidateOutcome::Valid);
  EXPECT_EQ(service_->endAll(7, soon()), 1);
  EXPECT_EQ(service_->endAll(7, soon()), 0);
}

TEST_F(SessionLimitsTest, InTheProfileOfRfc9068AccessTokensNameTheirClient) {
  Policy wanted = policy();
  wanted.access_header = token::HeaderType::AccessToken;
  wanted.audience = "api";
  use(wanted);
  const TokenPair pair = issue();
  EXPECT_EQ(claimsOf(pair.access, TokenType::Access).client_id, "backend");
  EXPECT_EQ(claimsOf(pair.refresh, TokenType::Refresh).client_id, "");
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  const std::string next = service_->refresh(pair.refresh, 7, soon()).tokens.access;
  EXPECT_EQ(claimsOf(next, TokenType::Access).client_id, "backend");
}

}  // namespace
}  // namespace token_service::session
