#include "session_service_test.hpp"

#include <functional>

namespace token_service::session {
namespace {

Policy stalePolicy() {
  Policy wanted = policy();
  wanted.max_staleness = 5s;
  return wanted;
}

// One replica that may answer with what it found up to five seconds ago; the other one is exact.
class Staleness : public SessionServiceTest {
 protected:
  Staleness() : SessionServiceTest(stalePolicy()) {}

  // A session that this replica has found just now.
  TokenPair known() {
    TokenPair pair = issue();
    EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
    return pair;
  }

  SessionService other_{policy(), keys_, store_, clock_, random_, logger_};
};

TEST_F(Staleness, WithoutItEveryLogOutIsSeenAtOnce) {
  use(policy());
  const TokenPair pair = known();
  other_.endAll(7, soon());
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch);
  EXPECT_FALSE(service_->activeAccess(pair.access, soon()).value);
  EXPECT_FALSE(service_->answersAtOnce());
}

TEST_F(Staleness, ALogOutElsewhereIsSeenThatMuchLaterAndNoLater) {
  const TokenPair pair = known();
  other_.endAll(7, soon());
  clock_.advance(5s);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  EXPECT_TRUE(service_->activeAccess(pair.access, soon()).value);
  clock_.advance(1ms);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch);
  EXPECT_FALSE(service_->activeAccess(pair.access, soon()).value);
}

// Being asked for does not make it younger.
TEST_F(Staleness, CountsFromTheLookUpInTheStore) {
  const TokenPair pair = known();
  other_.endAll(7, soon());
  for (int second = 0; second < 5; ++second) {
    clock_.advance(1s);
    EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  }
  clock_.advance(1s);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch);
}

TEST_F(Staleness, ASessionThatWasNotFoundIsAskedForEachTime) {
  const TokenPair pair = issue();
  const std::vector<sdk::Session> rows = store_.rows;
  store_.rows.clear();
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch);
  store_.rows = rows;
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
}

TEST_F(Staleness, AnswersAtOnceWhatItHasFound) {
  EXPECT_TRUE(service_->answersAtOnce());
  const TokenPair pair = issue();
  EXPECT_EQ(service_->validate(pair.access, 7, kAtOnce), ValidateOutcome::WouldWait);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  EXPECT_EQ(service_->validate(pair.access, 7, kAtOnce), ValidateOutcome::Valid);
  EXPECT_TRUE(service_->activeAccess(pair.access, kAtOnce).value);
}

TEST_F(Staleness, AnotherUsersTokenIsAMismatchWhateverWasFound) {
  const TokenPair pair = known();
  EXPECT_EQ(validate(pair.access, 8), ValidateOutcome::Mismatch);
}

TEST_F(Staleness, TokensExpireAsEver) {
  Policy wanted = stalePolicy();
  wanted.access_lifetime = 2s;
  use(wanted);
  const TokenPair pair = known();
  clock_.advance(2s);
  EXPECT_EQ(validate(pair.access), ValidateOutcome::InvalidToken);
}

TEST_F(Staleness, WhatThisReplicaEndsIsOverAtOnce) {
  const std::pair<const char*, std::function<void(const TokenPair&)>> ends[] = {
      {"endAll", [&](const TokenPair&) { service_->endAll(7, soon()); }},
      {"end", [&](const TokenPair&) { service_->end(7, store_.rows.front().id, soon()); }},
      {"revoke access", [&](const TokenPair& pair) { service_->revoke(pair.access, soon()); }},
      {"revoke refresh", [&](const TokenPair& pair) { service_->revoke(pair.refresh, soon()); }},
      {"invalidate", [&](const TokenPair& pair) { invalidate(pair.access, 7, false); }},
      {"invalidate, trusted", [&](const TokenPair& pair) { invalidate(pair.access, 7, true); }}};
  for (const auto& [name, end] : ends) {
    const TokenPair pair = known();
    end(pair);
    EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch) << name;
    EXPECT_FALSE(service_->activeAccess(pair.access, soon()).value) << name;
  }
}

TEST_F(Staleness, WhatALogInReplacesIsOverAtOnce) {
  Policy wanted = stalePolicy();
  wanted.max_sessions_per_user = 1;
  use(wanted);
  const TokenPair pair = known();
  issue();
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch);
}

TEST_F(Staleness, WhatARefreshReplacesIsOverAtOnce) {
  Policy wanted = stalePolicy();
  wanted.latest_access_only = true;
  use(wanted);
  const TokenPair pair = known();
  clock_.advance(1s);
  const RefreshResult result = service_->refresh(pair.refresh, 7, soon());
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch);
  EXPECT_EQ(validate(result.tokens.access), ValidateOutcome::Valid);
}

TEST_F(Staleness, AStolenSessionIsOverAtOnce) {
  Policy wanted = stalePolicy();
  wanted.rotation = true;
  wanted.reuse_grace = 0s;
  use(wanted);
  const TokenPair pair = known();
  const RefreshResult result = service_->refresh(pair.refresh, 7, soon());
  EXPECT_EQ(validate(result.tokens.access), ValidateOutcome::Valid);
  EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::InvalidToken);
  EXPECT_EQ(validate(result.tokens.access), ValidateOutcome::Mismatch);
}

// It may have been written.
TEST_F(Staleness, AWriteThatFailedDropsAsWell) {
  const TokenPair pair = known();
  store_.failure = ErrorCode::Timeout;
  EXPECT_EQ(codeOf([&] { service_->endAll(7, soon()); }), ErrorCode::Timeout);
  store_.failure.reset();
  store_.rows.clear();
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Mismatch);
}

TEST_F(Staleness, OnlyValidationsAreStale) {
  const TokenPair pair = known();
  other_.endAll(7, soon());
  EXPECT_FALSE(service_->activeToken(pair.access, soon()).value) << "introspection";
  EXPECT_FALSE(service_->activeToken(pair.refresh, soon()).value) << "introspection";
  EXPECT_EQ(refresh(pair.refresh), RefreshOutcome::UserNotFound);
  EXPECT_EQ(invalidate(pair.access, 7, false), InvalidateOutcome::NotLoggedIn);
  EXPECT_TRUE(service_->list(7, soon()).empty());
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
}

TEST_F(Staleness, AStoreThatIsAwayStopsNoValidationOfWhatWasFound) {
  const TokenPair pair = known();
  store_.failure = ErrorCode::Unavailable;
  EXPECT_EQ(validate(pair.access), ValidateOutcome::Valid);
  clock_.advance(6s);
  EXPECT_EQ(codeOf([&] { validate(pair.access); }), ErrorCode::Unavailable);
}

}  // namespace
}  // namespace token_service::session
