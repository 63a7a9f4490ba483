#include "fixed_clock.hpp"
#include "host/test_signer.hpp"
#include "http/key_set_endpoint.hpp"
#include "http/metadata_endpoint.hpp"

#include <gtest/gtest.h>

namespace token_service::http {
namespace {

using namespace std::chrono_literals;
using host_test::FixedClock;
using host_test::TestSigner;
using Headers = std::vector<std::pair<std::string_view, std::string>>;

std::shared_ptr<const token::KeyRings> ringsOf(sdk::Signer& signer) {
  const token::KeyRing::Rules rules{.token_lifetime = 15min, .max_age = 5min};
  return std::make_shared<const token::KeyRings>(
      token::KeyRings{token::KeyRing({&signer}, rules), token::KeyRing({&signer}, rules)});
}

// A reload swaps the keys under the endpoint.
TEST(KeySetEndpoint, GivesTheKeysThatAreInForce) {
  FixedClock clock;
  TestSigner first;
  first.add("one", "ES256", host_test::keyPair("P-256"));
  TestSigner second;
  second.add("two", "EdDSA", host_test::keyPair("Ed25519"));
  token::KeySource keys(ringsOf(first));
  KeySetEndpoint endpoint(keys, clock, 90s);
  const Response before = endpoint.handle({}, {});
  EXPECT_EQ(before.status, 200);
  EXPECT_NE(before.body.find("\"kid\":\"one\""), std::string::npos) << before.body;
  EXPECT_EQ(before.headers, (Headers{{"Cache-Control", "public, max-age=90"}}));
  keys.replace(ringsOf(second));
  const Response after = endpoint.handle({}, {});
  EXPECT_EQ(after.body.find("\"kid\":\"one\""), std::string::npos) << after.body;
  EXPECT_NE(after.body.find("\"kid\":\"two\""), std::string::npos) << after.body;
}

TEST(KeySetEndpoint, DropsAKeyOnceItsLastTokenHasExpired) {
  FixedClock clock;
  TestSigner signer;
  signer.add("old", "ES256", host_test::keyPair("P-256"))
      .addRaw({"new", "EdDSA", host_test::publicJwk(host_test::keyPair("Ed25519")), clock.now(),
               clock.now() + 1h, false});
  const token::KeySource keys(ringsOf(signer));
  KeySetEndpoint endpoint(keys, clock, 90s);
  const auto has = [&](const char* kid) {
    return endpoint.handle({}, {}).body.find("\"kid\":\"" + std::string(kid) + "\"") !=
           std::string::npos;
  };
  EXPECT_TRUE(has("old"));
  EXPECT_TRUE(has("new"));
  clock.advance(24h);
  EXPECT_FALSE(has("old"));
  EXPECT_TRUE(has("new"));
}

TEST(MetadataEndpoint, NamesPathsBelowTheIssuer) {
  MetadataEndpoint endpoint("https://tokens.example.org/v1", 5min);
  const Response response = endpoint.handle({}, {});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers, (Headers{{"Cache-Control", "public, max-age=300"}}));
  EXPECT_TRUE(response.body.starts_with(R"({"issuer":"https://tokens.example.org/v1",)"));
  for (const char* path :
       {"/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/.well-known/jwks.json"}) {
    EXPECT_NE(response.body.find("\"https://tokens.example.org/v1" + std::string(path) + "\""),
              std::string::npos)
        << path;
  }
}

}  // namespace
}  // namespace token_service::http
