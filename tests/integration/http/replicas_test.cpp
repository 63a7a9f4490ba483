#include "contract_test.hpp"
#include "run_together.hpp"

namespace token_service::test {
namespace {

// Two processes on one database and one key.
class ReplicasTest : public OwnServiceTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, ReplicasTest, kPostgresPairs, pairName);

TEST_P(ReplicasTest, actAsOneService) {
  const ServiceProcess first_process(setup);
  const ServiceProcess second_process(setup);
  TokenApi first(first_process);
  TokenApi second(second_process);
  const TokenPair tokens = first.logIn(1);
  EXPECT_TRUE(second.isValid(1, tokens.access));
  const std::string access = second.refreshed(1, tokens.refresh);
  EXPECT_TRUE(first.isValid(1, access));
  expectLoggedOut(first.invalidate(1, access));
  for (TokenApi* replica : {&first, &second}) {
    expectError(replica->validate(1, tokens.access), kTokenMismatch);
    expectError(replica->validate(1, access), kTokenMismatch);
    expectError(replica->refresh(1, tokens.refresh), kUserNotFound);
  }
}

TEST_P(ReplicasTest, limitAndLatestHoldAcrossThem) {
  setup.set("sessions", "{max_per_user: 1}").set("access", "{validity: latest}");
  const ServiceProcess first_process(setup);
  const ServiceProcess second_process(setup);
  TokenApi first(first_process);
  TokenApi second(second_process);
  const TokenPair before = first.logIn(1);
  const TokenPair tokens = second.logIn(1);
  expectError(first.validate(1, before.access), kTokenMismatch);
  const std::string access = first.refreshed(1, tokens.refresh);
  expectError(second.validate(1, tokens.access), kTokenMismatch);
  EXPECT_TRUE(second.isValid(1, access));
}

TEST_P(ReplicasTest, logOutAtOneAgainstRefreshAtTheOther) {
  const ServiceProcess first_process(setup);
  const ServiceProcess second_process(setup);
  TokenApi first(first_process);
  TokenApi second(second_process);
  for (int round = 0; round < 50; ++round) {
    const std::int64_t id = newUser();
    const TokenPair tokens = first.logIn(id);
    Reply refreshed;
    runTogether({[&] { expectLoggedOut(first.invalidate(id, tokens.access)); },
                 [&] { refreshed = second.refresh(id, tokens.refresh); }});
    for (TokenApi* replica : {&first, &second}) {
      expectError(replica->validate(id, tokens.access), kTokenMismatch);
      expectError(replica->refresh(id, tokens.refresh), kUserNotFound);
      if (refreshed.status == 200) {
        expectError(replica->validate(id, refreshed.text("access")), kTokenMismatch);
      }
    }
    if (HasFailure()) {
      return;
    }
  }
}

TEST_P(ReplicasTest, startAtTheSameMomentOnAnEmptyDatabase) {
  // The key is there before the race, as it is in production.
  { const ServiceProcess makes_the_key(setup); }
  const ServiceSetup empty(GetParam());
  std::filesystem::copy_file(setup.folder() / "signer.key", empty.folder() / "signer.key");
  std::vector<std::unique_ptr<ServiceProcess>> processes(3);
  std::vector<std::function<void()>> starts;
  for (auto& process : processes) {
    starts.emplace_back([&] { process = std::make_unique<ServiceProcess>(empty); });
  }
  runTogether(starts);
  ASSERT_FALSE(HasFailure());
  const TokenPair tokens = TokenApi(*processes[0]).logIn(1);
  for (const auto& process : processes) {
    EXPECT_TRUE(TokenApi(*process).isValid(1, tokens.access));
  }
}

}  // namespace
}  // namespace token_service::test
