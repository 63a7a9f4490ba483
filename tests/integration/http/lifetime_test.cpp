#include "contract_test.hpp"

#include <chrono>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;

std::int64_t claim(const std::string& token, const std::string& name) {
  return std::stoll(memberOf(partsOf(token).claims, name));
}

void sleepUntil(std::int64_t seconds_of_unix) {
  std::this_thread::sleep_until(
      std::chrono::system_clock::time_point(std::chrono::seconds(seconds_of_unix)));
}

class LifetimeTest : public OwnServiceTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, LifetimeTest, kPairs, pairName);

TEST_P(LifetimeTest, accessTokenThenSessionExpire_T42) {
  setup.set("tokens", "{access_lifetime: 3s, refresh_lifetime: 5s}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  EXPECT_EQ(claim(tokens.access, "exp"), claim(tokens.access, "iat") + 3);
  EXPECT_EQ(claim(tokens.refresh, "exp"), claim(tokens.refresh, "iat") + 5);
  EXPECT_TRUE(api.isValid(1, tokens.access));

  sleepUntil(claim(tokens.access, "exp"));
  expectError(api.validate(1, tokens.access), kInvalidToken);
  expectError(api.invalidate(1, tokens.access), kInvalidToken);
  const std::string last = api.refreshed(1, tokens.refresh);
  EXPECT_EQ(claim(last, "exp"), claim(tokens.refresh, "exp"))
      << "an access token never outlives its session";
  EXPECT_TRUE(api.isValid(1, last));

  sleepUntil(claim(tokens.refresh, "exp"));
  expectError(api.refresh(1, tokens.refresh), kInvalidToken);
  expectError(api.validate(1, last), kInvalidToken);
  const TokenPair admin = api.logIn(2);
  expectError(api.invalidate(1, admin.access), kNotLoggedIn);
}

TEST_P(LifetimeTest, leewayIsForExpiryOnly_T42) {
  setup.set("tokens", "{leeway: 30s}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  const TokenParts parts = partsOf(tokens.access);
  const std::int64_t now = claim(tokens.access, "iat");
  const auto isValidWith = [&](const std::string& name, std::int64_t value) {
    return api.isValid(
        1, forge().sign(parts.header, withMember(parts.claims, name, std::to_string(value))));
  };
  EXPECT_TRUE(isValidWith("exp", now - 5));
  EXPECT_FALSE(isValidWith("exp", now - 31));
}

TEST_P(LifetimeTest, iatAndNbfTolerateAMinute_T44) {
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  const TokenParts parts = partsOf(tokens.access);
  const std::int64_t now = claim(tokens.access, "iat");
  for (const char* name : {"iat", "nbf"}) {
    const auto isValidAt = [&](std::int64_t time) {
      return api.isValid(
          1, forge().sign(parts.header, withMember(parts.claims, name, std::to_string(time))));
    };
    EXPECT_TRUE(isValidAt(now + 55)) << name;
    EXPECT_FALSE(isValidAt(now + 90)) << name;
  }
}

}  // namespace
}  // namespace token_service::test
