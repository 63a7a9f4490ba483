#include "session_service_test.hpp"

#include <algorithm>
#include <stdexcept>

namespace token_service::session {
namespace {

TEST_F(SessionServiceTest, IssueBeginsASessionWithTwoTokensOfIt) {
  const TokenPair pair = issue();
  const Claims refresh = claimsOf(pair.refresh, TokenType::Refresh);
  const Claims access = claimsOf(pair.access, TokenType::Access);
  ASSERT_EQ(store_.rows.size(), 1U);
  const sdk::Session& row = store_.rows.front();
  EXPECT_EQ(row.user_id, 7);
  EXPECT_EQ(row.username, "ann");
  EXPECT_EQ(row.created_at, clock_.now());
  EXPECT_EQ(row.expires_at, refresh.exp);
  EXPECT_EQ(refresh.sid, row.id);
  EXPECT_EQ(access.sid, row.id);
  EXPECT_NE(refresh.jti, access.jti);
  EXPECT_EQ(refresh.user_id, 7);
  EXPECT_EQ(access.user_id, 7);
  EXPECT_EQ(access.iat, std::chrono::floor<std::chrono::seconds>(clock_.now()));
  EXPECT_EQ(access.exp, access.iat + 15min);
  EXPECT_EQ(refresh.exp, refresh.iat + 24h);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
}

TEST_F(SessionServiceTest, WhatIsStoredHoldsNoToken_P56) {
  const TokenPair pair = issue();
  const std::string& data = store_.rows.front().token_data;
  const std::optional<TokenData> read = parseTokenData(data);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->refresh.jti, claimsOf(pair.refresh, TokenType::Refresh).jti);
  EXPECT_EQ(read->refresh.kid, "refresh-kid");
  EXPECT_EQ(read->access.jti, claimsOf(pair.access, TokenType::Access).jti);
  EXPECT_EQ(read->access.kid, "access-kid");
  for (const std::string& token : {pair.refresh, pair.access}) {
    for (std::size_t at = 0; at + 16 <= token.size(); ++at) {
      ASSERT_EQ(data.find(token.substr(at, 16)), std::string::npos);
    }
  }
}

TEST_F(SessionServiceTest, AnAccessTokenNeverOutlivesItsSession) {
  Policy wanted = policy();
  wanted.refresh_lifetime = 10min;
  use(wanted);
  const TokenPair pair = issue();
  EXPECT_EQ(claimsOf(pair.access, TokenType::Access).exp,
            claimsOf(pair.refresh, TokenType::Refresh).exp);
  clock_.advance(9min);
  const RefreshResult result = service_->refresh(pair.refresh, 7, soon());
  EXPECT_EQ(claimsOf(result.tokens.access, TokenType::Access).exp, store_.rows.front().expires_at);
}

TEST_F(SessionServiceTest, TheOldestSessionsBeyondTheLimitEnd) {
  Policy wanted = policy();
  wanted.max_sessions_per_user = 2;
  use(wanted);
  const TokenPair first = issue();
  clock_.advance(1s);
  const TokenPair second = issue();
  clock_.advance(1s);
  const TokenPair third = issue();
  EXPECT_EQ(validate(first.access), ValidateOutcome::Mismatch);
  EXPECT_EQ(validate(second.access), ValidateOutcome::Valid);
  EXPECT_EQ(validate(third.access), ValidateOutcome::Valid);
  EXPECT_EQ(refresh(first.refresh), RefreshOutcome::InvalidToken) << "the user has others";
}

TEST_F(SessionServiceTest, AFailingSignerStoresNothing) {
  for (TestSigner* signer : {&access_signer_, &refresh_signer_}) {
    signer->fail(ErrorCode::Unavailable);
    EXPECT_EQ(codeOf([&] { issue(); }), ErrorCode::Unavailable);
    signer->fail(std::nullopt);
  }
  EXPECT_EQ(store_.writes, 0);
  random_.broken = true;
  EXPECT_EQ(codeOf([&] { issue(); }), ErrorCode::Unavailable);
  EXPECT_EQ(store_.writes, 0);
}

TEST_F(SessionServiceTest, AFailingSignerLeavesTheSessionAsItWas) {
  const TokenPair pair = issue();
  const std::string before = store_.rows.front().token_data;
  clock_.advance(1min);
  access_signer_.fail(ErrorCode::Timeout);
  EXPECT_EQ(codeOf([&] { refresh(pair.refresh); }), ErrorCode::Timeout);
  EXPECT_EQ(store_.rows.front().token_data, before);
  EXPECT_EQ(store_.rows.front().version, 1);
}

TEST_F(SessionServiceTest, AFailingStoreGivesNoToken) {
  const TokenPair pair = issue();
  for (const ErrorCode code : {ErrorCode::Unavailable, ErrorCode::Timeout, ErrorCode::Internal}) {
    store_.failure = code;
    EXPECT_EQ(codeOf([&] { issue(); }), code);
    EXPECT_EQ(codeOf([&] { refresh(pair.refresh); }), code);
    EXPECT_EQ(codeOf([&] { validate(pair.access); }), code);
    EXPECT_EQ(codeOf([&] { invalidate(pair.access, 7, false); }), code);
    EXPECT_EQ(codeOf([&] { invalidate(pair.access, 7, true); }), code);
  }
}

TEST_F(SessionServiceTest, RefreshGivesANewAccessTokenOfTheSameSession) {
  const TokenPair pair = issue();
  clock_.advance(1min);
  const RefreshResult result = service_->refresh(pair.refresh, 7, soon());
  ASSERT_EQ(result.outcome, RefreshOutcome::Refreshed);
  const Claims before = claimsOf(pair.access, TokenType::Access);
  const Claims after = claimsOf(result.tokens.access, TokenType::Access);
  EXPECT_EQ(after.sid, before.sid);
  EXPECT_NE(after.jti, before.jti);
  EXPECT_EQ(after.iat, before.iat + 1min);
  const TokenData data = parseTokenData(store_.rows.front().token_data).value();
  EXPECT_EQ(data.access.jti, after.jti);
  EXPECT_EQ(data.refresh.jti, claimsOf(pair.refresh, TokenType::Refresh).jti);
  EXPECT_EQ(data.used_at, after.iat);
  EXPECT_EQ(store_.rows.front().version, 2);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  EXPECT_EQ(validate(result.tokens.access), ValidateOutcome::Valid);
}

TEST_F(SessionServiceTest, RefreshRefusesWhatIsNoGoodRefreshTokenOfTheUser_T24) {
  const TokenPair pair = issue();
  EXPECT_EQ(refresh(""), RefreshOutcome::InvalidToken);
  EXPECT_EQ(refresh(pair.refresh + "A"), RefreshOutcome::InvalidToken);
  EXPECT_EQ(refresh(pair.access), RefreshOutcome::InvalidToken);
  EXPECT_EQ(refresh(pair.refresh, 8), RefreshOutcome::InvalidToken);
  clock_.advance(24h);
  EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::InvalidToken);
  EXPECT_EQ(store_.writes, 1);
}

TEST_F(SessionServiceTest, RefreshTellsAnEndedSessionFromAUserWithoutAny) {
  const TokenPair first = issue();
  const TokenPair second = issue();
  store_.end(7, claimsOf(first.refresh, TokenType::Refresh).sid, clock_.now(), soon());
  EXPECT_EQ(refresh(first.refresh), RefreshOutcome::InvalidToken);
  store_.endAll(7, clock_.now(), soon());
  EXPECT_EQ(refresh(first.refresh), RefreshOutcome::UserNotFound);
  EXPECT_EQ(refresh(second.refresh), RefreshOutcome::UserNotFound);
}

TEST_F(SessionServiceTest, RefreshRefusesATokenThatIsNotTheSessions_T47) {
  const TokenPair pair = issue();
  TokenData data = parseTokenData(store_.rows.front().token_data).value();
  data.refresh.jti = "another";
  store_.rows.front().token_data = encodeTokenData(data);
  EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::InvalidToken);
}

TEST_F(SessionServiceTest, RefreshDecidesAgainWhenTheSessionChanged) {
  const TokenPair pair = issue();
  int interruptions = 0;
  store_.before_replace = [&] {
    if (++interruptions <= 3) {
      ++store_.rows.front().version;
    }
  };
  const RefreshResult result = service_->refresh(pair.refresh, 7, soon());
  EXPECT_EQ(result.outcome, RefreshOutcome::Refreshed);
  EXPECT_EQ(interruptions, 4);
  EXPECT_EQ(parseTokenData(store_.rows.front().token_data)->access.jti,
            claimsOf(result.tokens.access, TokenType::Access).jti);
}

TEST_F(SessionServiceTest, ARefreshThatRacesALogoutBringsNothingBack_P21) {
  const TokenPair pair = issue();
  store_.before_replace = [&] { store_.rows.clear(); };
  EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::UserNotFound);
  EXPECT_TRUE(store_.rows.empty());
}

TEST_F(SessionServiceTest, RefreshGivesUpAtItsDeadline) {
  const TokenPair pair = issue();
  store_.before_replace = [&] { ++store_.rows.front().version; };
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(codeOf([&] { service_->refresh(pair.refresh, 7, start + 50ms); }),
            ErrorCode::Unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST_F(SessionServiceTest, ValidateHasThreeOutcomes) {
  const TokenPair pair = issue();
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  EXPECT_EQ(validate("x"), ValidateOutcome::InvalidToken);
  EXPECT_EQ(validate(pair.refresh), ValidateOutcome::InvalidToken);
  EXPECT_EQ(validate(pair.access, 8), ValidateOutcome::Mismatch);
  EXPECT_EQ(validate(pair.access, std::nullopt), ValidateOutcome::Mismatch);
  EXPECT_EQ(validate("x", std::nullopt), ValidateOutcome::InvalidToken);
  store_.endAll(7, clock_.now(), soon());
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch);
}

TEST_F(SessionServiceTest, ATokenIsGoodUntilItsExpToTheMillisecond_P8) {
  const TokenPair pair = issue();
  const sdk::Time end = claimsOf(pair.access, TokenType::Access).exp;
  clock_.set(end - 1ms);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  clock_.set(end);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::InvalidToken);
}

TEST_F(SessionServiceTest, LeewayCountsForEveryTokenToTheEndOfTheSession_P8) {
  Policy wanted = policy();
  wanted.leeway = 30s;
  wanted.refresh_lifetime = 15min;
  use(wanted);
  const TokenPair pair = issue();
  const sdk::Time exp = claimsOf(pair.refresh, TokenType::Refresh).exp;
  clock_.set(exp + 30s - 1ms);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::Refreshed);
  clock_.set(exp + 30s);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::InvalidToken);
  EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::InvalidToken);
}

TEST_F(SessionServiceTest, EarlierAccessTokensStayGoodUnlessOnlyTheLatestCounts) {
  for (const bool latest_only : {false, true}) {
    Policy wanted = policy();
    wanted.latest_access_only = latest_only;
    use(wanted);
    const TokenPair pair = issue();
    EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
    const std::string next = service_->refresh(pair.refresh, 7, soon()).tokens.access;
    EXPECT_EQ(validate(next), ValidateOutcome::Valid);
    EXPECT_EQ(validate(pair.access),
              latest_only ? ValidateOutcome::Mismatch : ValidateOutcome::Valid);
  }
}

TEST_F(SessionServiceTest, InvalidateEndsEverySessionOfTheUserAndOfNobodyElse) {
  const TokenPair first = issue();
  const TokenPair second = issue();
  const TokenPair other = issue(8);
  EXPECT_EQ(invalidate(first.access, 7, false), InvalidateOutcome::LoggedOut);
  for (const TokenPair& pair : {first, second}) {
    EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch);
    EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::UserNotFound);
  }
  EXPECT_EQ(validate(other.access, 8), ValidateOutcome::Valid);
  EXPECT_EQ(invalidate(first.access, 7, false), InvalidateOutcome::NotLoggedIn);
}

TEST_F(SessionServiceTest, ASupersededAccessTokenEndsNothingWhereOnlyTheLatestCounts) {
  Policy wanted = policy();
  wanted.latest_access_only = true;
  use(wanted);
  const TokenPair pair = issue();
  const std::string next = service_->refresh(pair.refresh, 7, soon()).tokens.access;
  EXPECT_EQ(invalidate(pair.access, 7, false), InvalidateOutcome::Mismatch);
  service_->revoke(pair.access, soon());
  EXPECT_EQ(validate(next), ValidateOutcome::Valid);
  service_->revoke(next, soon());
  EXPECT_EQ(validate(next), ValidateOutcome::Mismatch);
}

TEST_F(SessionServiceTest, InvalidateNeedsATokenOfALiveSessionOfTheUser) {
  const TokenPair ended = issue();
  const TokenPair live = issue();
  const TokenPair other = issue(8);
  store_.end(7, claimsOf(ended.access, TokenType::Access).sid, clock_.now(), soon());
  EXPECT_EQ(invalidate("x", 7, false), InvalidateOutcome::InvalidToken);
  EXPECT_EQ(invalidate(live.refresh, 7, false), InvalidateOutcome::InvalidToken);
  EXPECT_EQ(invalidate(other.access, 7, false), InvalidateOutcome::Mismatch);
  EXPECT_EQ(invalidate(ended.access, 7, false), InvalidateOutcome::Mismatch);
  EXPECT_EQ(validate(live.access), ValidateOutcome::Valid);
}

TEST_F(SessionServiceTest, ATrustedCallerMayPresentAnybodysGoodAccessToken) {
  const TokenPair user = issue();
  const TokenPair admin = issue(8);
  EXPECT_EQ(invalidate("x", 7, true), InvalidateOutcome::InvalidToken);
  EXPECT_EQ(invalidate(admin.refresh, 7, true), InvalidateOutcome::InvalidToken);
  EXPECT_EQ(validate(user.access), ValidateOutcome::Valid);
  store_.endAll(8, clock_.now(), soon());
  EXPECT_EQ(invalidate(admin.access, 7, true), InvalidateOutcome::LoggedOut)
      << "the token's own session is not looked at";
  EXPECT_EQ(validate(user.access), ValidateOutcome::Mismatch);
  EXPECT_EQ(invalidate(admin.access, 7, true), InvalidateOutcome::NotLoggedIn);
}

TEST_F(SessionServiceTest, ExpiredSessionsAreAbsent) {
  const TokenPair pair = issue();
  store_.rows.front().expires_at = clock_.now();
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch);
  EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::UserNotFound);
  EXPECT_EQ(invalidate(pair.access, 7, false), InvalidateOutcome::NotLoggedIn);
}

TEST_F(SessionServiceTest, GarbageInTheStoreIsInactive_D18) {
  Policy wanted = policy();
  wanted.latest_access_only = true;
  use(wanted);
  const TokenPair pair = issue();
  const std::string good = store_.rows.front().token_data;
  for (const std::string& data :
       {std::string(), std::string("null"), std::string("{}"), std::string("[]"),
        std::string("\xff"), good + "x", good.substr(0, good.size() / 2)}) {
    store_.rows.front().token_data = data;
    const std::string refresh_log = host_test::logOf(
        [&] { EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::InvalidToken) << data; });
    const std::string validate_log = host_test::logOf(
        [&] { EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch) << data; });
    for (const std::string& log : {refresh_log, validate_log}) {
      EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
      EXPECT_NE(log.find(" error the stored data of a session are damaged user_id=7 session_id=" +
                         store_.rows.front().id),
                std::string::npos)
          << log;
    }
  }
}

TEST_F(SessionServiceTest, TheAudienceIsInEveryTokenAndExpected) {
  const TokenPair without = issue();
  Policy wanted = policy();
  wanted.audience = "us";
  use(wanted);
  const TokenPair pair = issue();
  EXPECT_EQ(claimsOf(pair.access, TokenType::Access).aud, std::vector<std::string>{"us"});
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::Refreshed);
  EXPECT_EQ(validate(without.access), ValidateOutcome::InvalidToken);
}

TEST_F(SessionServiceTest, TokensOfOneKeyRingAreNoneOfTheOther) {
  const TokenPair pair = issue();
  Claims forged = claimsOf(pair.access, TokenType::Access);
  forged.type = TokenType::Access;
  const token::KeyRing& refresh_keys = keys_.current()->refresh;
  const std::string token =
      token::signToken(forged, token::HeaderType::Jwt, refresh_keys.signing(clock_.now()), soon())
          .text;
  EXPECT_EQ(validate(token), ValidateOutcome::InvalidToken)
      << "access tokens verify with the keys of the access signer only";
}

}  // namespace
}  // namespace token_service::session
