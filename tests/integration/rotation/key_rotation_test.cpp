#include "schedule.hpp"
#include "token_forge.hpp"

#include <chrono>
#include <csignal>
#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;
using std::chrono::system_clock;

constexpr const char* kReloaded = "reloaded keys and service secrets";

int timesIn(const std::string& text, const std::string& part) {
  int times = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++times;
  }
  return times;
}

std::string kidOf(const std::string& token) { return memberOf(partsOf(token).header, "kid"); }

// Keys that change while the services run; others may keep the key set for a second.
class KeyRotationTest : public RotatingTest {
 protected:
  KeyRotationTest() { setup.set("key_set", "{max_age: 1s}"); }

  void reload(const ServiceProcess& service) const {
    const int before = timesIn(service.log(), kReloaded);
    setup.writeConfig(service.configFile());
    service.sendSignal(SIGHUP);
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    while (timesIn(service.log(), kReloaded) == before) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << service.log();
      std::this_thread::sleep_for(5ms);
    }
  }

  // How many public keys the service shows; checks whether the token's is one of them.
  static void expectKeySet(TokenApi& api, int size, const std::string& token, bool shown) {
    const std::string keys = api.send({"GET", "/.well-known/jwks.json", "", "", {}}).body;
    if (GetParam().plugins.signer == SignerKind::Hs256) {
      EXPECT_EQ(keys, R"({"keys":[]})");
      return;
    }
    EXPECT_EQ(timesIn(keys, "\"kid\""), size) << keys;
    EXPECT_EQ(keys.find(kidOf(token)) != std::string::npos, shown) << keys;
  }

  Schedule schedule{GetParam(), setup};
};

INSTANTIATE_TEST_SUITE_P(Deployments, KeyRotationTest,
                         testing::Values(Deployment{{SignerKind::Hs256, StoreKind::Postgres}},
                                         Deployment{{SignerKind::Rs256, StoreKind::Postgres},
                                                    true}),
                         deploymentName);

class KeyRetirementTest : public KeyRotationTest {};

INSTANTIATE_TEST_SUITE_P(Deployments, KeyRetirementTest,
                         testing::Values(Deployment{{SignerKind::Rs256, StoreKind::Postgres},
                                                    true}),
                         deploymentName);

TEST_P(KeyRotationTest, replicasWithTheOldAndTheNewScheduleTakeEachOthersTokens) {
  schedule.add("signer").add("second", thisSecond() - 10min, thisSecond() - 5min).apply();
  const ServiceProcess behind(setup);
  const sys_seconds active = thisSecond() + 6s;
  schedule.add("third", active - 6s, active).apply();
  const ServiceProcess ahead(setup);
  TokenApi old_schedule(behind);
  TokenApi new_schedule(ahead);

  TokenPair first = old_schedule.logIn(1);
  TokenPair second = new_schedule.logIn(2);
  const std::string old_kid = kidOf(first.access);
  while (system_clock::now() < active - 3s) {
    EXPECT_TRUE(new_schedule.isValid(1, first.access));
    EXPECT_TRUE(old_schedule.isValid(2, second.access));
    first = expectPair(new_schedule.refresh(1, first.refresh));
    second = expectPair(old_schedule.refresh(2, second.refresh));
    EXPECT_EQ(kidOf(first.access), old_kid);
    EXPECT_EQ(kidOf(second.access), old_kid);
    std::this_thread::sleep_for(20ms);
  }
  expectKeySet(old_schedule, 2, first.access, true);
  expectKeySet(new_schedule, 3, first.access, true);
  const Reply present = old_schedule.refresh(1, first.refresh);
  reload(behind);
  ASSERT_LT(system_clock::now(), active) << "too late for what follows";

  std::this_thread::sleep_until(active + 10ms);
  const TokenPair by_new_key = new_schedule.logIn(3);
  EXPECT_NE(kidOf(by_new_key.access), old_kid);
  EXPECT_NE(kidOf(by_new_key.refresh), kidOf(first.refresh));
  EXPECT_EQ(kidOf(old_schedule.logIn(4).access), kidOf(by_new_key.access));
  EXPECT_TRUE(old_schedule.isValid(3, by_new_key.access));
  for (TokenApi* replica : {&old_schedule, &new_schedule}) {
    expectKeySet(*replica, 3, by_new_key.access, true);
    EXPECT_TRUE(replica->isValid(1, first.access));
    EXPECT_TRUE(replica->isValid(2, second.access));
    EXPECT_EQ(replica->refresh(1, first.refresh).body, present.body)
        << "signed again with the key that signed it first";
  }
  expectPair(new_schedule.refresh(1, pairOf(present).refresh));

  // The new key has leaked: whatever it signed is void, at once.
  const TokenPair leaked = expectPair(old_schedule.refresh(2, second.refresh));
  EXPECT_EQ(kidOf(leaked.access), kidOf(by_new_key.access));
  schedule.remove("third").apply();
  reload(behind);
  reload(ahead);
  const Reply again = old_schedule.refresh(2, second.refresh);
  EXPECT_EQ(new_schedule.refresh(2, second.refresh).body, again.body);
  const TokenPair replaced = expectPair(again);
  EXPECT_EQ(partsOf(replaced.access).claims, partsOf(leaked.access).claims);
  EXPECT_EQ(partsOf(replaced.refresh).claims, partsOf(leaked.refresh).claims);
  EXPECT_NE(partsOf(replaced.access).signature, partsOf(leaked.access).signature);
  EXPECT_NE(partsOf(replaced.refresh).signature, partsOf(leaked.refresh).signature);
  EXPECT_EQ(kidOf(replaced.access), old_kid);
  for (TokenApi* replica : {&old_schedule, &new_schedule}) {
    expectKeySet(*replica, 2, leaked.access, false);
    expectError(replica->validate(2, leaked.access), kInvalidToken);
    expectError(replica->refresh(2, leaked.refresh), kInvalidToken);
    expectError(replica->validate(3, by_new_key.access), kInvalidToken);
    EXPECT_TRUE(replica->isValid(2, replaced.access));
    EXPECT_TRUE(replica->isValid(2, second.access));
  }
  expectPair(new_schedule.refresh(2, replaced.refresh));
}

TEST_P(KeyRetirementTest, aRetiredKeyGoesOnceTheLastTokenThatItSignedHasExpired) {
  setup.set("tokens", "{access_lifetime: 1h, refresh_lifetime: 1h}");
  schedule.add("signer").apply();
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair before = api.logIn(1);
  // A minute is for replicas whose clocks differ.
  const sys_seconds over = thisSecond() + 4s;
  const sys_seconds active = over - 1h - 1min;
  schedule.add("second", active - 1h, active).apply();
  reload(service);
  const TokenPair after = expectPair(api.refresh(1, before.refresh));
  EXPECT_NE(kidOf(after.access), kidOf(before.access));
  EXPECT_TRUE(api.isValid(1, before.access));
  expectKeySet(api, 2, before.access, true);
  ASSERT_LT(system_clock::now(), over) << "too late for what follows";

  std::this_thread::sleep_until(over + 10ms);
  expectKeySet(api, 1, before.access, false);
  expectError(api.validate(1, before.access), kInvalidToken);
  expectError(api.refresh(1, before.refresh), kInvalidToken);
  EXPECT_TRUE(api.isValid(1, after.access));
  expectPair(api.refresh(1, after.refresh));
}

}  // namespace
}  // namespace token_service::test
