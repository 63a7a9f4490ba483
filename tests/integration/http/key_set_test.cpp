#include "contract_test.hpp"

#include <Poco/JSON/Array.h>

namespace token_service::test {
namespace {

const std::string kPath = "/.well-known/jwks.json";

class KeySetTest : public ContractTest {};
class ConfiguredKeySetTest : public OwnServiceTest {};

INSTANTIATE_TEST_SUITE_P(Pairs, KeySetTest, kPairs, pairName);
INSTANTIATE_TEST_SUITE_P(Pairs, ConfiguredKeySetTest, kPairs, pairName);

Call get(const std::string& path) { return {"GET", path, "", "", {}}; }

std::string kidOf(const std::string& token) { return memberOf(partsOf(token).header, "kid"); }

// Nothing of an HMAC key is public.
TEST_P(KeySetTest, holdsTheKeyOfAnAsymmetricSignerOnly) {
  const Reply reply = api.send(get(kPath));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  EXPECT_EQ(reply.header("Cache-Control"), "public, max-age=300");
  if (GetParam().signer == SignerKind::Hs256) {
    EXPECT_EQ(reply.body, R"({"keys":[]})");
    return;
  }
  EXPECT_EQ(reply.json()->size(), 1U);
  const auto keys = reply.json()->getArray("keys");
  ASSERT_EQ(keys->size(), 1U) << reply.body;
  const auto key = keys->getObject(0);
  EXPECT_EQ(key->size(), 6U) << reply.body;
  EXPECT_EQ(key->getValue<std::string>("kty"), "RSA");
  EXPECT_EQ(key->getValue<std::string>("alg"), "RS256");
  EXPECT_EQ(key->getValue<std::string>("use"), "sig");
  EXPECT_EQ(key->getValue<std::string>("kid"), kidOf(api.logIn(newUser()).access));
  EXPECT_EQ(key->getValue<std::string>("n"), encodeBase64Url(forge().publicModulus()));
  EXPECT_EQ(key->getValue<std::string>("e"), "AQAB");
}

TEST_P(KeySetTest, needsNothingOfTheCaller) {
  const std::string keys = api.send(get(kPath)).body;
  expectAnswer(api.send(get(kPath + "/")), 200, keys);
  expectAnswer(api.send(get(kPath + "?kid=x")), 200, keys);
  expectAnswer(api.send({"GET", kPath, "{", "text/plain", {{"Authorization", "Basic eDp5"}}}), 200,
               keys);
  const Reply head = api.send({"HEAD", kPath, "", "", {}});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Cache-Control"), "public, max-age=300");
}

TEST_P(KeySetTest, isOnlyRead) {
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    const Reply reply = api.send({method, kPath, "{}", kJson, {}});
    expectError(reply, kMethodNotAllowed);
    EXPECT_EQ(reply.header("Allow"), "GET, HEAD, OPTIONS");
  }
}

TEST_P(ConfiguredKeySetTest, maxAgeIsThatOfTheConfiguration) {
  setup.set("key_set", "{max_age: 90s}");
  const ServiceProcess service(setup);
  EXPECT_EQ(TokenApi(service).send(get(kPath)).header("Cache-Control"), "public, max-age=90");
}

// Refresh tokens are for this service alone.
TEST_P(ConfiguredKeySetTest, neverHoldsTheKeyOfRefreshTokens) {
  setup.set("refresh_signer", ServiceSetup::refreshSignerSection());
  const ServiceProcess service(setup);
  TokenApi api(service);
  const TokenPair tokens = api.logIn(1);
  const std::string keys = api.send(get(kPath)).body;
  EXPECT_EQ(keys.find(kidOf(tokens.refresh)), std::string::npos) << keys;
  EXPECT_EQ(keys.find(kidOf(tokens.access)) != std::string::npos,
            GetParam().signer == SignerKind::Rs256)
      << keys;
}

}  // namespace
}  // namespace token_service::test
