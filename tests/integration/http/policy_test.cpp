#include "contract_test.hpp"

#include <thread>

namespace token_service::test {
namespace {

using namespace std::chrono_literals;

class SessionLimitTest : public OwnServiceTest {};
class AccessValidityTest : public OwnServiceTest {};
class ServiceSecretsTest : public OwnServiceTest {};
class RefreshSignerTest : public OwnServiceTest {};
class IssuerTest : public OwnServiceTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, SessionLimitTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, AccessValidityTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, ServiceSecretsTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, RefreshSignerTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, IssuerTest, kPairs, pairName);

TEST_P(SessionLimitTest, withOneANewLogInEndsTheOneBefore) {
  setup.set("sessions", "{max_per_user: 1}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair first = api.logIn(1);
  const TokenPair bystander = api.logIn(2);
  const TokenPair second = api.logIn(1);
  expectError(api.validate(1, first.access), kTokenMismatch);
  expectError(api.refresh(1, first.refresh), kInvalidToken);
  EXPECT_TRUE(api.isValid(1, second.access));
  EXPECT_TRUE(api.canRefresh(1, second.refresh));
  EXPECT_TRUE(api.isValid(2, bystander.access));
}

TEST_P(SessionLimitTest, theOldestEndsFirst) {
  setup.set("sessions", "{max_per_user: 3}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  std::vector<TokenPair> log_ins;
  for (int count = 0; count < 5; ++count) {
    log_ins.push_back(api.logIn(1));
    // A refresh does not make a session younger.
    EXPECT_TRUE(api.canRefresh(1, log_ins.front().refresh) == (count < 3));
    std::this_thread::sleep_for(5ms);
  }
  for (std::size_t index = 0; index < log_ins.size(); ++index) {
    SCOPED_TRACE(index);
    EXPECT_EQ(api.isValid(1, log_ins[index].access), index >= 2);
    EXPECT_EQ(api.canRefresh(1, log_ins[index].refresh), index >= 2);
  }
}

TEST_P(SessionLimitTest, defaultIsTen) {
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair first = api.logIn(1);
  std::this_thread::sleep_for(5ms);
  for (int count = 0; count < 9; ++count) {
    api.logIn(1);
  }
  EXPECT_TRUE(api.isValid(1, first.access));
  api.logIn(1);
  expectError(api.validate(1, first.access), kTokenMismatch);
}

TEST_P(AccessValidityTest, latestCountsOnlyTheNewestOfASession) {
  setup.set("access", "{validity: latest}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  const TokenPair other_device = api.logIn(1);
  EXPECT_TRUE(api.isValid(1, tokens.access));
  const std::string newer = api.refreshed(1, tokens.refresh);
  expectError(api.validate(1, tokens.access), kTokenMismatch);
  expectError(api.validate(1, tokens.access, Caller::Frontend), kTokenMismatch);
  EXPECT_TRUE(api.isValid(1, newer));
  EXPECT_TRUE(api.isValid(1, other_device.access));
  const std::string newest = api.refreshed(1, tokens.refresh);
  expectError(api.validate(1, newer), kTokenMismatch);
  EXPECT_TRUE(api.isValid(1, newest));
}

TEST_P(ServiceSecretsTest, severalAreValidAtATime) {
  setup.set("service_secrets",
            "[{name: old, secret: the-old-secret-of-the-service}, "
            "{name: new, secret: the-new-secret-of-the-service}]");
  const ServiceProcess service(setup);
  TokenApi api(service);
  const Call call = jsonCall(kGenTokens, R"({"id":1,"username":"ada"})");
  EXPECT_EQ(api.send(withSecret(call, "the-old-secret-of-the-service")).status, 201);
  EXPECT_EQ(api.send(withSecret(call, "the-new-secret-of-the-service")).status, 201);
  for (const char* wrong : {ServiceSetup::kSecret, "old", "new", ""}) {
    expectError(api.send(withSecret(call, wrong)), kUnauthorizedRequest);
  }
}

TEST_P(RefreshSignerTest, tokensOfSignerStayGoodWhenItIsAdded) {
  TokenPair before;
  {
    const ServiceProcess service(setup);
    before = TokenApi(service).logIn(1);
  }
  setup.set("refresh_signer", ServiceSetup::refreshSignerSection());
  const ServiceProcess service(setup);
  TokenApi api(service);
  EXPECT_TRUE(api.isValid(1, before.access));
  EXPECT_TRUE(api.isValid(1, api.refreshed(1, before.refresh)));
  const TokenPair after = api.logIn(1);
  EXPECT_TRUE(api.isValid(1, api.refreshed(1, after.refresh)));
  const auto kidOf = [](const std::string& token) {
    return memberOf(partsOf(token).header, "kid");
  };
  EXPECT_EQ(kidOf(after.access), kidOf(before.access));
  EXPECT_NE(kidOf(after.refresh), kidOf(before.refresh));
  EXPECT_EQ(memberOf(partsOf(after.refresh).header, "alg"), "HS256");
}

TEST_P(RefreshSignerTest, accessTokenSignedByItIsRefused) {
  setup.set("refresh_signer", ServiceSetup::refreshSignerSection());
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  const TokenForge refresh_forge(SignerKind::Hs256, setup.refreshSignerKey());
  const std::string forged =
      refresh_forge.sign(partsOf(tokens.refresh).header, partsOf(tokens.access).claims);
  for (const Caller caller : {Caller::Service, Caller::Frontend}) {
    expectError(api.validate(1, forged, caller), kInvalidToken);
    expectError(api.invalidate(1, forged, caller), kInvalidToken);
  }
  const TokenParts refresh = partsOf(tokens.refresh);
  EXPECT_TRUE(api.canRefresh(1, refresh_forge.sign(refresh.header, refresh.claims)));
  EXPECT_TRUE(api.canRefresh(1, forge().sign(partsOf(tokens.access).header, refresh.claims)))
      << "refresh tokens of signer stay good";
  expectError(api.refresh(1, forged), kInvalidToken);
}

TEST_P(IssuerTest, tokensOfAnotherIssuerOrAudienceAreInvalid_T39_T45) {
  TokenPair before;
  {
    const ServiceProcess service(setup);
    before = TokenApi(service).logIn(1);
  }
  setup.set("tokens", "{issuer: another, audience: players}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  expectError(api.validate(1, before.access), kInvalidToken);
  expectError(api.refresh(1, before.refresh), kInvalidToken);
  const TokenPair tokens = api.logIn(1);
  const TokenParts parts = partsOf(tokens.access);
  EXPECT_EQ(memberOf(parts.claims, "iss"), "another");
  EXPECT_NE(parts.claims.find("players"), std::string::npos);
  EXPECT_TRUE(api.isValid(1, tokens.access));
  expectError(
      api.validate(1, forge().sign(parts.header, withMember(parts.claims, "aud", "\"others\""))),
      kInvalidToken);
  expectError(api.validate(1, forge().sign(parts.header, withoutMember(parts.claims, "aud"))),
              kInvalidToken);
}

}  // namespace
}  // namespace token_service::test
