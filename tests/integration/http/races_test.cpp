#include "contract_test.hpp"
#include "run_together.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace token_service::test {
namespace {

int rounds() {
  const char* races = std::getenv("TOKEN_SERVICE_RACES");
  return std::max(races == nullptr ? 100 : std::atoi(races), 1);
}

class RacesTest : public ContractTest {
 protected:
  // As two callers, each with a connection of its own.
  void race(const std::function<void(TokenApi&)>& one,
            const std::function<void(TokenApi&)>& other) {
    runTogether({[&] { one(api); }, [&] { other(second_api); }});
  }

  TokenApi second_api{service()};
};

class RacesOfOneSessionTest : public OwnServiceTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, RacesTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, RacesOfOneSessionTest, kPairs, pairName);

TEST_P(RacesTest, twoFirstLogIns) {
  for (int round = 0; round < rounds(); ++round) {
    const std::int64_t id = newUser();
    TokenPair first;
    TokenPair second;
    race([&](TokenApi& caller) { first = caller.logIn(id); },
         [&](TokenApi& caller) { second = caller.logIn(id); });
    for (const TokenPair& tokens : {first, second}) {
      EXPECT_TRUE(api.isValid(id, tokens.access));
      EXPECT_TRUE(api.canRefresh(id, tokens.refresh));
    }
    if (HasFailure()) {
      return;
    }
  }
}

TEST_P(RacesTest, logInAgainstRefresh) {
  for (int round = 0; round < rounds(); ++round) {
    const std::int64_t id = newUser();
    const TokenPair before = api.logIn(id, "old name");
    TokenPair after;
    std::string refreshed;
    race([&](TokenApi& caller) { after = caller.logIn(id, "new name"); },
         [&](TokenApi& caller) { refreshed = caller.refreshed(id, before.refresh); });
    EXPECT_TRUE(api.isValid(id, after.access));
    EXPECT_TRUE(api.isValid(id, refreshed));
    if (HasFailure()) {
      return;
    }
  }
}

TEST_P(RacesTest, twoRefreshes) {
  for (int round = 0; round < rounds(); ++round) {
    const std::int64_t id = newUser();
    const TokenPair tokens = api.logIn(id);
    std::string first;
    std::string second;
    race([&](TokenApi& caller) { first = caller.refreshed(id, tokens.refresh); },
         [&](TokenApi& caller) { second = caller.refreshed(id, tokens.refresh); });
    EXPECT_TRUE(api.isValid(id, first));
    EXPECT_TRUE(api.isValid(id, second));
    if (HasFailure()) {
      return;
    }
  }
}

TEST_P(RacesTest, refreshNeverBringsASessionBackAfterLogOut) {
  for (int round = 0; round < rounds(); ++round) {
    const std::int64_t id = newUser();
    const TokenPair tokens = api.logIn(id);
    Reply refreshed;
    race([&](TokenApi& caller) { expectLoggedOut(caller.invalidate(id, tokens.access)); },
         [&](TokenApi& caller) { refreshed = caller.refresh(id, tokens.refresh); });
    expectError(api.validate(id, tokens.access), kTokenMismatch);
    expectError(api.refresh(id, tokens.refresh), kUserNotFound);
    if (refreshed.status == 200) {
      expectError(api.validate(id, refreshed.text("access")), kTokenMismatch);
    } else {
      expectError(refreshed, kUserNotFound);
    }
    if (HasFailure()) {
      return;
    }
  }
}

TEST_P(RacesTest, twoLogOuts) {
  for (int round = 0; round < rounds(); ++round) {
    const std::int64_t id = newUser();
    const TokenPair tokens = api.logIn(id);
    Reply first;
    Reply second;
    race([&](TokenApi& caller) { first = caller.invalidate(id, tokens.access); },
         [&](TokenApi& caller) { second = caller.invalidate(id, tokens.access); });
    expectLoggedOut(first.status == 200 ? first : second);
    expectError(first.status == 200 ? second : first, kNotLoggedIn);
    if (HasFailure()) {
      return;
    }
  }
}

TEST_P(RacesTest, limitHoldsUnder32LogInsAtOnce) {
  constexpr int kCallers = 32;
  constexpr int kLimit = 10;
  const std::int64_t id = newUser();
  std::vector<TokenPair> log_ins(kCallers);
  std::vector<std::function<void()>> actions;
  for (TokenPair& tokens : log_ins) {
    actions.emplace_back([&] { tokens = TokenApi(service()).logIn(id); });
  }
  runTogether(actions);
  int alive = 0;
  for (const TokenPair& tokens : log_ins) {
    const bool valid = api.isValid(id, tokens.access);
    EXPECT_EQ(api.canRefresh(id, tokens.refresh), valid);
    alive += valid ? 1 : 0;
  }
  EXPECT_EQ(alive, kLimit);
}

TEST_P(RacesOfOneSessionTest, exactlyOneOfTwoLogInsAtOnceLives) {
  setup.set("sessions", "{max_per_user: 1}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  TokenApi other_api(service);
  for (int round = 0; round < rounds(); ++round) {
    const std::int64_t id = newUser();
    TokenPair first;
    TokenPair second;
    runTogether({[&] { first = api.logIn(id); }, [&] { second = other_api.logIn(id); }});
    EXPECT_NE(api.isValid(id, first.access), api.isValid(id, second.access));
    if (HasFailure()) {
      return;
    }
  }
}

}  // namespace
}  // namespace token_service::test
