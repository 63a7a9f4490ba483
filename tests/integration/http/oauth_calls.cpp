#include "oauth_calls.hpp"

#include "leak_check.hpp"

#include <Poco/Base64Encoder.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace token_service::test {
namespace {

// RFC 6749 section 5.2: %x20-21 / %x23-5B / %x5D-7E.
bool isDescription(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char character) {
    return character >= ' ' && character <= '~' && character != '"' && character != '\\';
  });
}

}  // namespace

Call oauthCall(const std::string& path, const std::string& token) {
  return path == kTokenEndpoint ? refreshGrantCall(token)
         : path == kIntrospect  ? introspectCall(token)
                                : revokeCall(token);
}

Call refreshGrantCall(const std::string& token) {
  return fieldsCall(kTokenEndpoint, {{"grant_type", "refresh_token"}, {"refresh_token", token}},
                    Encoding::Form);
}

Call introspectCall(const std::string& token) {
  return withSecret(fieldsCall(kIntrospect, {{"token", token}}, Encoding::Form));
}

Call revokeCall(const std::string& token) {
  return fieldsCall(kRevoke, {{"token", token}}, Encoding::Form);
}

Call withAuthorization(Call call, const std::string& value) {
  call.headers.emplace_back("Authorization", value);
  return call;
}

Call withBasic(Call call, const std::string& bytes) {
  std::ostringstream stream;
  Poco::Base64Encoder encoder(stream);
  encoder.rdbuf()->setLineLength(0);
  encoder << bytes;
  encoder.close();
  return withAuthorization(std::move(call), "Basic " + stream.str());
}

void expectOAuthError(const Reply& reply, int status, const std::string& error) {
  EXPECT_EQ(reply.status, status) << reply.body;
  EXPECT_EQ(reply.json()->size(), 2U) << reply.body;
  EXPECT_EQ(reply.text("error"), error) << reply.body;
  EXPECT_TRUE(isDescription(reply.text("error_description"))) << reply.body;
  EXPECT_EQ(reply.header("WWW-Authenticate"), status == 401 ? "Basic realm=\"token-service\"" : "");
}

void expectInvalidRequest(const Reply& reply) { expectOAuthError(reply, 400, "invalid_request"); }

void expectInvalidClient(const Reply& reply) { expectOAuthError(reply, 401, "invalid_client"); }

void expectInvalidGrant(const Reply& reply) { expectOAuthError(reply, 400, "invalid_grant"); }

TokenPair expectGranted(const Reply& reply) {
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.header("Pragma"), "no-cache");
  EXPECT_EQ(reply.text("token_type"), "Bearer");
  TokenPair tokens{reply.text("refresh_token"), reply.text("access_token")};
  EXPECT_NE(tokens.access, "");
  EXPECT_EQ(reply.json()->has("refresh_token"), !tokens.refresh.empty());
  EXPECT_EQ(reply.json()->size(), tokens.refresh.empty() ? 3U : 4U) << reply.body;
  for (const std::string& token : {tokens.refresh, tokens.access}) {
    if (!token.empty()) {
      rememberToken(token);
    }
  }
  return tokens;
}

}  // namespace token_service::test
