#include "bad_tokens.hpp"

#include "oauth_calls.hpp"

namespace token_service::test {
namespace {

// Everything but what differs from answer to answer by design.
std::string comparable(const Reply& reply) {
  std::string all = std::to_string(reply.status) + "\n";
  for (const auto& [name, value] : reply.headers) {
    if (name != "X-Request-ID" && name != "Date") {
      all.append(name).append(": ").append(value).append("\n");
    }
  }
  return all + reply.body;
}

// Of the characters that a bearer token may have (RFC 6750 section 2.1).
bool isBearerToken(const std::string& text) {
  return !text.empty() && text.find_first_not_of(
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                              "-._~+/=") == std::string::npos;
}

// Whether a header can say it: the white space behind a value is not the value's.
bool fitsAHeader(const std::string& text) {
  return text.find_first_of(std::string("\0\r\n", 3)) == std::string::npos &&
         !text.ends_with(' ') && !text.ends_with('\t');
}

}  // namespace

BadTokensTest::BadTokensTest()
    : access_answer_(comparable(api.validate(id, "x"))),
      refresh_answer_(comparable(api.refresh(id, "x"))) {}

void BadTokensTest::TearDown() {
  EXPECT_TRUE(api.isValid(id, tokens.access));
  EXPECT_TRUE(api.canRefresh(id, tokens.refresh));
}

void BadTokensTest::expectAccessRefused(const std::string& token) {
  for (const Caller caller : {Caller::Service, Caller::Frontend}) {
    for (const Reply& reply :
         {api.validate(id, token, caller), api.invalidate(id, token, caller)}) {
      expectError(reply, kInvalidToken);
      EXPECT_EQ(comparable(reply), access_answer_);
    }
  }
}

void BadTokensTest::expectRefreshRefused(const std::string& token) {
  if (isBearerToken(token)) {
    const Reply reply = api.refresh(id, token);
    expectError(reply, kInvalidToken);
    EXPECT_EQ(comparable(reply), refresh_answer_);
  } else if (fitsAHeader(token)) {
    expectError(api.refresh(id, token), kRefreshTokenRequired);
  }
}

void BadTokensTest::expectRefused(const std::string& what, const Change& forged) {
  SCOPED_TRACE(what);
  const std::string access = forged(tokens.access);
  const std::string refresh = forged(tokens.refresh);
  expectAccessRefused(access);
  expectRefreshRefused(refresh);
  for (const std::string& token : {access, refresh}) {
    if (!token.empty()) {
      expectAnswer(api.send(introspectCall(token)), 200, kInactive);
    }
  }
}

void BadTokensTest::expectHeaderRefused(const std::string& what, const Change& changed) {
  expectRefused(what, [&](const std::string& token) {
    const TokenParts parts = partsOf(token);
    return forge().sign(changed(parts.header), parts.claims);
  });
}

void BadTokensTest::expectClaimsRefused(const std::string& what, const Change& changed) {
  expectRefused(what, [&](const std::string& token) {
    const TokenParts parts = partsOf(token);
    return forge().sign(parts.header, changed(parts.claims));
  });
}

TokenForge BadTokensTest::strangersForge() const {
  return {GetParam().signer, isRs256() ? makeRsaKey() : std::string(43, 'k')};
}

std::string inputOf(const std::string& token) { return token.substr(0, token.rfind('.')); }

std::string withHeader(const std::string& token, const std::string& segment) {
  return segment + token.substr(token.find('.'));
}

std::string withPayload(const std::string& token, const std::string& segment) {
  return token.substr(0, token.find('.') + 1) + segment + token.substr(token.rfind('.'));
}

std::string withSignature(const std::string& token, const std::string& segment) {
  return inputOf(token) + "." + segment;
}

std::string withExtra(const std::string& json, const std::string& member) {
  return json.substr(0, json.size() - 1) + "," + member + "}";
}

}  // namespace token_service::test
