#include "wire_test.hpp"

namespace token_service::test {
namespace {

constexpr const char* kJsonType = "Content-Type: application/json\r\n";

// The header as each of the places that look for a bearer token sees it.
class WireAuthorization : public Wire {
 protected:
  // `field` is the whole line, or nothing.
  Reply refreshed(const std::string& field, const std::string& body) const {
    return servedOne(
        request("POST /auth/token/refresh/ HTTP/1.1", kJsonType + field + lengthOf(body), body));
  }
  Reply refreshed(const std::string& field) const {
    return refreshed(field, "{\"id\":" + std::to_string(id) + "}");
  }

  Reply verified(const std::string& field) const { return servedOne(get("/auth/verify", field)); }

  // RFC 6750 section 3.1: who presents no token is told of no error.
  void expectNotSeen(const std::string& field) const {
    SCOPED_TRACE(field.substr(0, 100));
    expectError(refreshed(field), kRefreshTokenRequired);
    const Reply reply = verified(field);
    expectError(reply, kUnauthorizedRequest);
    EXPECT_EQ(reply.header("WWW-Authenticate"), "Bearer");
  }

  static void expectBad(const Reply& reply) {
    expectError(reply, kInvalidToken);
    EXPECT_NE(reply.header("WWW-Authenticate").find("error=\"invalid_token\""), std::string::npos);
  }

  // Not `Bearer`, one space, one token: missing for the one, wrong for the other.
  void expectNoToken(const std::string& value) const {
    const std::string field = "Authorization: " + value + "\r\n";
    SCOPED_TRACE(field.substr(0, 100));
    expectError(refreshed(field), kRefreshTokenRequired);
    expectBad(verified(field));
  }

  void expectGood(const std::string& scheme, const std::string& end = "") const {
    SCOPED_TRACE(scheme);
    const auto field = [&](const std::string& token) {
      return "Authorization: " + scheme + token + end + "\r\n";
    };
    expectRefreshed(refreshed(field(tokens.refresh)));
    EXPECT_EQ(verified(field(tokens.access)).status, 200);
  }

  const std::int64_t id = newUser();
  const TokenPair tokens = api.logIn(id);
};

TEST_F(WireAuthorization, A01_None) {
  expectNotSeen("");
  expectNotSeen("X-Authorization: Bearer " + tokens.access + "\r\n");
  expectNotSeen("Authorization:\r\n");
}

TEST_F(WireAuthorization, A02_NoToken) {
  expectNoToken("Bearer");
  expectNoToken("Bearer ");
  expectNoToken("bearer \t ");
}

// White space around a field's value is no part of it; within, it is.
TEST_F(WireAuthorization, A03_OtherSpace) {
  for (const std::string& token : {std::string("x"), tokens.refresh, tokens.access}) {
    expectNoToken("Bearer  " + token);
    expectNoToken("Bearer\t" + token);
    expectNoToken("Bearer \t" + token);
  }
  expectGood("Bearer ", " ");
  expectGood("Bearer ", "\t \t");
  expectGood(" \tBearer ");
}

TEST_F(WireAuthorization, A04_SchemeInAnyCase) {
  for (const char* scheme : {"bearer ", "BEARER ", "bEaReR "}) {
    expectGood(scheme);
    expectBad(verified(std::string("Authorization: ") + scheme + "x\r\n"));
    expectBad(refreshed(std::string("Authorization: ") + scheme + "x\r\n"));
  }
}

TEST_F(WireAuthorization, A05_OtherSchemes) {
  for (const char* scheme : {"Basic ", "Token ", "Digest ", "Bearerx ", "\"Bearer\" ", "Bearer:"}) {
    expectNotSeen("Authorization: " + (scheme + tokens.access) + "\r\n");
  }
  expectNotSeen("Authorization: " + tokens.access + "\r\n");
  expectNotSeen("Authorization: Basic Og==\r\n");
}

TEST_F(WireAuthorization, A06_MoreThanAToken) {
  for (const std::string& token : {std::string("a"), tokens.refresh, tokens.access}) {
    for (const char* more : {" b", ",b", ", Bearer b", ", b=c", " realm=x"}) {
      expectNoToken("Bearer " + token + more);
    }
  }
}

TEST_F(WireAuthorization, A07_CharactersThatNoTokenHas) {
  for (const char* token : {"\"x\"", "x;y", "{\"a\":1}", "a:b", "a*b", "a@b", "a%2Eb", "a\\b",
                            "(a)", "a?", "\xc3\xa9", "a\xff"}) {
    expectNoToken(std::string("Bearer ") + token);
  }
}

TEST_F(WireAuthorization, A08_HeaderAndBody) {
  const std::string id_text = std::to_string(id);
  const std::string good = "Authorization: Bearer " + tokens.refresh + "\r\n";
  const std::string bad = "Authorization: Bearer x\r\n";
  expectRefreshed(refreshed(good, "{\"id\":" + id_text + ",\"refresh\":\"x\",\"access\":\"x\"}"));
  const std::string body = "{\"id\":" + id_text + ",\"refresh\":\"" + tokens.refresh +
                           "\",\"access\":\"" + tokens.access + "\",\"is_frontend\":true}";
  expectBad(refreshed(bad, body));
  expectError(refreshed("", body), kRefreshTokenRequired);
  // Where the token belongs into the body, the header counts for nothing.
  expectValid(servedOne(validation(bad + lengthOf(body), body)));
  const std::string form = "token=" + tokens.access;
  const std::string form_type = "Content-Type: application/x-www-form-urlencoded\r\n";
  expectBad(
      servedOne(request("POST /auth/verify HTTP/1.1", bad + form_type + lengthOf(form), form)));
  // RFC 6750 section 2: no more than one way in one request.
  const Reply reply = servedOne(request("POST /oauth2/introspect HTTP/1.1",
                                        "X-SERVICE-SECRET: " + std::string(ServiceSetup::kSecret) +
                                            "\r\nAuthorization: Bearer " + tokens.access + "\r\n" +
                                            form_type + lengthOf(form),
                                        form));
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.text("error"), "invalid_request");
}

TEST_F(WireAuthorization, A09_TokensOver4KiB) {
  const std::string claims = tokens.access.substr(0, tokens.access.rfind('.') + 1);
  for (const std::string& token :
       {std::string(4097, 'A'), claims + std::string(4097, 'A'), std::string(15'000, '.')}) {
    SCOPED_TRACE(token.size());
    expectBad(verified("Authorization: Bearer " + token + "\r\n"));
    expectBad(refreshed("Authorization: Bearer " + token + "\r\n"));
  }
}

}  // namespace
}  // namespace token_service::test
