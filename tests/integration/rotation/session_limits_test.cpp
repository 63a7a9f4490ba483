#include "rotating_test.hpp"
#include "token_forge.hpp"

#include <chrono>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;

std::int64_t claim(const std::string& token, const std::string& name) {
  return std::stoll(memberOf(partsOf(token).claims, name));
}

void sleepUntil(std::int64_t seconds_of_unix, std::chrono::milliseconds more = 0ms) {
  std::this_thread::sleep_until(
      std::chrono::system_clock::time_point(std::chrono::seconds(seconds_of_unix)) + more);
}

class SessionLimitsTest : public RotatingTest {};

INSTANTIATE_TEST_SUITE_P(Deployments, SessionLimitsTest,
                         testing::Values(Deployment{{SignerKind::Rs256, StoreKind::Postgres},
                                                    true}),
                         deploymentName);

TEST_P(SessionLimitsTest, idleSessionEndsAndOnlyARefreshIsAUse) {
  setup.set("sessions", "{idle_timeout: 3s}");
  start();
  TokenApi api = connect();
  TokenApi other = connect();
  const std::int64_t id = nextUser();
  const TokenPair used = api.logIn(id);
  const TokenPair idle = api.logIn(id);
  const std::int64_t start = claim(idle.access, "iat");
  EXPECT_EQ(claim(idle.access, "exp"), claim(idle.access, "iat") + 3)
      << "an access token never outlives its session";
  sleepUntil(start + 2);
  const TokenPair next = expectPair(other.refresh(id, used.refresh));
  EXPECT_TRUE(api.isValid(id, idle.access)) << "validation does not count as a use";
  sleepUntil(claim(idle.access, "exp"));
  expectError(api.validate(id, idle.access), kInvalidToken);
  expectError(api.refresh(id, idle.refresh), kInvalidToken);
  EXPECT_TRUE(api.isValid(id, next.access));
  sleepUntil(claim(next.access, "iat") + 3);
  expectError(api.validate(id, next.access), kInvalidToken);
  expectError(other.refresh(id, next.refresh), kUserNotFound);
}

TEST_P(SessionLimitsTest, absoluteLifetimeEndsASessionHoweverOftenItIsUsed) {
  setup.set("sessions", "{absolute_lifetime: 4s}")
      .set("tokens", "{access_lifetime: 2s, refresh_lifetime: 3s}");
  start();
  TokenApi api = connect();
  const std::int64_t id = nextUser();
  TokenPair tokens = api.logIn(id);
  const std::int64_t start = claim(tokens.refresh, "iat");
  EXPECT_EQ(claim(tokens.refresh, "exp"), start + 3);
  for (std::int64_t second = 1; second < 4; ++second) {
    sleepUntil(start + second, 100ms);
    tokens = expectPair(connect().refresh(id, tokens.refresh));
    const std::int64_t now = claim(tokens.refresh, "iat");
    EXPECT_EQ(claim(tokens.refresh, "exp"), std::min(now + 3, start + 4)) << "slides up to the end";
    EXPECT_EQ(claim(tokens.access, "exp"), std::min(now + 2, start + 4));
    EXPECT_TRUE(api.isValid(id, tokens.access));
  }
  sleepUntil(start + 4);
  expectError(api.validate(id, tokens.access), kInvalidToken);
  expectError(api.refresh(id, tokens.refresh), kInvalidToken);
}

}  // namespace
}  // namespace token_service::test
