#include "contract_test.hpp"

namespace token_service::test {
namespace {

const std::string kPath = "/.well-known/oauth-authorization-server";
const std::string kUrl = "https://tokens.example.org";

class MetadataTest : public OwnServiceTest {
 protected:
  void configure(const std::string& public_url, const std::string& issuer) {
    setup.set("server", "{port: 0, public_url: '" + public_url + "'}");
    setup.set("tokens", "{issuer: '" + issuer + "'}");
  }

  static Call get(const std::string& path) { return {"GET", path, "", "", {}}; }

  static std::string metadataOf(const std::string& url) {
    return R"({"issuer":")" + url + R"(","token_endpoint":")" + url +
           R"(/oauth2/token","token_endpoint_auth_methods_supported":["none"],)"
           R"("grant_types_supported":["refresh_token"],"response_types_supported":[],)"
           R"("introspection_endpoint":")" +
           url +
           R"(/oauth2/introspect",)"
           R"("introspection_endpoint_auth_methods_supported":["client_secret_basic"],)"
           R"("revocation_endpoint":")" +
           url +
           R"(/oauth2/revoke","revocation_endpoint_auth_methods_supported":["none"],)"
           R"("jwks_uri":")" +
           url + R"(/.well-known/jwks.json"})";
  }
};

INSTANTIATE_TEST_SUITE_P(Pairs, MetadataTest, kPairs, pairName);

TEST_P(MetadataTest, namesWhatIsServedAndWhere) {
  configure(kUrl, kUrl);
  const ServiceProcess service(setup);
  TokenApi api(service);
  const Reply reply = api.send(get(kPath));
  expectAnswer(reply, 200, metadataOf(kUrl));
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  EXPECT_EQ(reply.header("Cache-Control"), "public, max-age=300");
  expectAnswer(api.send(get(kPath + "/")), 200, metadataOf(kUrl));
  EXPECT_EQ(api.send({"HEAD", kPath, "", "", {}}).status, 200);
  EXPECT_EQ(memberOf(partsOf(api.logIn(1).access).claims, "iss"), kUrl);
  const Reply post = api.send({"POST", kPath, "{}", kJson, {}});
  expectError(post, kMethodNotAllowed);
  EXPECT_EQ(post.header("Allow"), "GET, HEAD, OPTIONS");
}

TEST_P(MetadataTest, namesNothingThatIsNotServed) {
  configure(kUrl, kUrl);
  const ServiceProcess service(setup);
  TokenApi api(service);
  const Reply metadata = api.send(get(kPath));
  for (const char* member : {"token_endpoint", "introspection_endpoint", "revocation_endpoint"}) {
    const std::string path = metadata.text(member).substr(kUrl.size());
    EXPECT_EQ(api.send(get(path)).status, 405) << path;
    EXPECT_EQ(api.send({"OPTIONS", path, "", "", {}}).header("Allow"), "POST, OPTIONS") << path;
  }
  EXPECT_EQ(api.send(get(metadata.text("jwks_uri").substr(kUrl.size()))).status, 200);
}

// RFC 8414 section 3.1: the path of the issuer comes after the well-known one.
TEST_P(MetadataTest, isAlsoWhereClientsLookForAnIssuerWithAPath) {
  const std::string url = kUrl + "/sign-in/v1";
  configure(url, url);
  setup.set("key_set", "{max_age: 1h}");
  const ServiceProcess service(setup);
  TokenApi api(service);
  for (const std::string& path : {kPath, kPath + "/sign-in/v1", kPath + "/sign-in/v1/"}) {
    const Reply reply = api.send(get(path));
    expectAnswer(reply, 200, metadataOf(url));
    EXPECT_EQ(reply.header("Cache-Control"), "public, max-age=3600");
  }
  for (const std::string& path : {kPath + "/sign-in", kPath + "/sign-in/v1/x", kPath + "/other"}) {
    expectError(api.send(get(path)), kNotFound);
  }
}

TEST_P(MetadataTest, isNotThereUnlessTheIssuerIsThePublicUrl) {
  for (const char* issuer : {"token-service", "https://tokens.example.org/",
                             "https://Tokens.example.org", "http://tokens.example.org"}) {
    SCOPED_TRACE(issuer);
    configure(kUrl, issuer);
    const ServiceProcess service(setup);
    TokenApi api(service);
    expectError(api.send(get(kPath)), kNotFound);
    expectError(api.send({"POST", kPath, "{}", kJson, {}}), kNotFound);
  }
}

TEST_P(MetadataTest, isNotThereWithoutAPublicUrl) {
  setup.set("tokens", "{issuer: '" + kUrl + "'}");
  const ServiceProcess service(setup);
  expectError(TokenApi(service).send(get(kPath)), kNotFound);
}

}  // namespace
}  // namespace token_service::test
