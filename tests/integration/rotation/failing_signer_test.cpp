#include "fixture_plugins.hpp"
#include "rotating_test.hpp"
#include "run_together.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

const ExpectedError kInternal{500, "internal", "Internal error"};

// A real RS256 signer that fails as it is told, and two connections to the database.
class FailingSignerTest : public RotatingTest {
 protected:
  FailingSignerTest() {
    setup.setPluginFolder(gatherPlugins(setup.folder(), {"store-postgres", "failing-signer"}));
    setup.setStore("store-postgres", "connections: 2");
    setup.set("signer",
              "{plugin: failing-signer, settings: {private_key_file: signer.key, create_missing: "
              "true, fault_file: fault}}");
  }

  void fail(const std::string& fault) const {
    const std::filesystem::path file = setup.folder() / "fault";
    const std::filesystem::path complete = setup.folder() / "fault.new";
    std::ofstream(complete) << fault;
    std::filesystem::rename(complete, file);
  }

  void recover() const { std::filesystem::remove(setup.folder() / "fault"); }

  std::vector<std::string> stored() const {
    return setup.query("SELECT token_data FROM user_tokens ORDER BY id, session_id");
  }

  // The token is as good as ever: it gives a pair, and the retry the same one.
  static void expectNotBurned(TokenApi& api, std::int64_t id, const std::string& token) {
    const Reply reply = api.refresh(id, token);
    const TokenPair pair = expectPair(reply);
    EXPECT_TRUE(api.isValid(id, pair.access));
    EXPECT_EQ(api.refresh(id, token).body, reply.body);
    expectPair(api.refresh(id, pair.refresh));
  }
};

INSTANTIATE_TEST_SUITE_P(Deployments, FailingSignerTest,
                         testing::Values(Deployment{{SignerKind::Rs256, StoreKind::Postgres}}),
                         deploymentName);

TEST_P(FailingSignerTest, slowThenUnavailableBlocksNoValidationAndBurnsNoToken) {
  constexpr std::size_t kCallers = 8;
  const ServiceProcess service(setup);
  TokenApi api(service);
  std::vector<std::int64_t> ids;
  std::vector<TokenPair> log_ins;
  for (std::size_t caller = 0; caller < kCallers; ++caller) {
    ids.push_back(nextUser());
    log_ins.push_back(api.logIn(ids.back()));
  }
  const std::vector<std::string> before = stored();
  fail("slow");
  const steady_clock::time_point start = steady_clock::now();
  std::atomic<std::size_t> waiting = 2 * kCallers;
  std::vector<std::function<void()>> actions;
  for (std::size_t caller = 0; caller < kCallers; ++caller) {
    actions.emplace_back([&, caller] {
      expectError(TokenApi(service).refresh(ids[caller], log_ins[caller].refresh), kUnavailable);
      --waiting;
    });
    actions.emplace_back([&] {
      expectError(TokenApi(service).genTokens(nextUser()), kUnavailable);
      --waiting;
    });
  }
  int validations = 0;
  steady_clock::duration slowest{};
  actions.emplace_back([&] {
    while (waiting > 0) {
      const steady_clock::time_point sent = steady_clock::now();
      EXPECT_TRUE(api.isValid(ids.front(), log_ins.front().access));
      slowest = std::max(slowest, steady_clock::now() - sent);
      ++validations;
    }
  });
  runTogether(actions);
  EXPECT_GE(steady_clock::now() - start, 5s) << "the signer was not slow";
  EXPECT_LT(slowest, 1s);
  EXPECT_GT(validations, 100);
  EXPECT_EQ(stored(), before);
  recover();
  for (std::size_t caller = 0; caller < kCallers; ++caller) {
    expectNotBurned(api, ids[caller], log_ins[caller].refresh);
  }
}

// L19
TEST_P(FailingSignerTest, faultIssuesNothingAndBurnsNoToken) {
  const ServiceProcess service(setup);
  TokenApi api(service);
  for (const char* fault : {"throws std", "throws int", "returns nothing", "returns 10 MiB"}) {
    SCOPED_TRACE(fault);
    const std::int64_t id = nextUser();
    const TokenPair tokens = api.logIn(id);
    const std::vector<std::string> before = stored();
    fail(fault);
    expectError(api.refresh(id, tokens.refresh), kInternal);
    expectError(api.genTokens(nextUser()), kInternal);
    EXPECT_TRUE(api.isValid(id, tokens.access));
    EXPECT_EQ(stored(), before);
    recover();
    expectNotBurned(api, id, tokens.refresh);
  }
}

TEST_P(FailingSignerTest, garbageForASignatureIsSignedAgainOnTheRetry) {
  const ServiceProcess service(setup);
  TokenApi api(service);
  const std::int64_t id = nextUser();
  const TokenPair tokens = api.logIn(id);
  fail("returns garbage");
  const TokenPair garbage = expectPair(api.refresh(id, tokens.refresh));
  expectError(api.validate(id, garbage.access), kInvalidToken);
  expectError(api.refresh(id, garbage.refresh), kInvalidToken);
  recover();
  const TokenPair pair = expectPair(api.refresh(id, tokens.refresh));
  EXPECT_EQ(jtiOf(pair.refresh), jtiOf(garbage.refresh));
  EXPECT_EQ(jtiOf(pair.access), jtiOf(garbage.access));
  expectNotBurned(api, id, tokens.refresh);
  expectNotBurned(api, id, pair.refresh);
}

}  // namespace
}  // namespace token_service::test
