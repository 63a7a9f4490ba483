#include "http/oauth_endpoints.hpp"

#include "session/session_service_test.hpp"
#include "token/json.hpp"

#include <gtest/gtest.h>

namespace token_service::http {
namespace {

using namespace std::chrono_literals;

constexpr const char* kInactive = "{\"active\":false}";

class OAuthEndpointsTest : public session::SessionServiceTest {
 protected:
  static Request request(const std::string& form) {
    Request request;
    request.content_type = "application/x-www-form-urlencoded";
    request.body = form;
    request.deadline = host_test::soon();
    return request;
  }

  Response refreshGrant(const std::string& token) {
    return TokenEndpoint(*service_).handle(
        request("grant_type=refresh_token&refresh_token=" + token), {});
  }

  Response introspect(const std::string& token, const std::string& secret = "the secret",
                      Operation allowed = Operation::Introspect) {
    const ServiceSecrets secrets({{"reader", "the secret", {allowed}}});
    Request call = request("token=" + token);
    call.service_secret = secret;
    return IntrospectEndpoint(*service_, secrets).handle(call, {});
  }

  std::string introspection(const std::string& token) { return introspect(token).body; }

  Response revoke(const std::string& token) {
    return RevokeEndpoint(*service_).handle(request("token=" + token), {});
  }

  void useRotation() {
    session::Policy wanted = session::policy();
    wanted.rotation = true;
    use(wanted);
  }

  static token::Json bodyOf(const Response& response) {
    return token::parseJsonObject(response.body).value();
  }
  static std::string textOf(const Response& response, const std::string& member) {
    return bodyOf(response).find(member)->text;
  }
};

TEST_F(OAuthEndpointsTest, ExpiresInIsWhatTheAccessTokenHasLeft) {
  useRotation();
  const session::TokenPair pair = issue();
  EXPECT_EQ(textOf(refreshGrant(pair.refresh), "expires_in"), "900");
  clock_.advance(20s);
  const Response again = refreshGrant(pair.refresh);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(textOf(again, "expires_in"), "880") << "the present pair, 20 s later";
}

TEST_F(OAuthEndpointsTest, ExpiresInEndsWithTheSession) {
  const session::TokenPair pair = issue();
  clock_.advance(24h - 10min);
  EXPECT_EQ(textOf(refreshGrant(pair.refresh), "expires_in"), "600");
}

TEST_F(OAuthEndpointsTest, TheGrantIsUsedUpBothWithAndWithoutOtherSessions) {
  const session::TokenPair ended = issue();
  EXPECT_EQ(revoke(ended.access).status, 200);
  EXPECT_EQ(textOf(refreshGrant(ended.refresh), "error"), "invalid_grant");
  issue();
  EXPECT_EQ(textOf(refreshGrant(ended.refresh), "error"), "invalid_grant");
}

TEST_F(OAuthEndpointsTest, IntrospectionWritesNothingAndEndsNothing) {
  useRotation();
  const session::TokenPair pair = issue();
  const std::string next = textOf(refreshGrant(pair.refresh), "refresh_token");
  const std::vector<sdk::Session> rows = store_.rows;
  const int writes = store_.writes;
  clock_.advance(1h);
  EXPECT_EQ(introspection(pair.refresh), kInactive) << "retired an hour ago";
  EXPECT_EQ(textOf(introspect(next), "token_use"), "refresh");
  EXPECT_EQ(introspection("x"), kInactive);
  EXPECT_EQ(store_.writes, writes);
  ASSERT_EQ(store_.rows.size(), 1U);
  EXPECT_EQ(store_.rows.front().token_data, rows.front().token_data);
  EXPECT_EQ(store_.rows.front().expires_at, rows.front().expires_at);
  EXPECT_EQ(service_->reuses(), 0U);
}

TEST_F(OAuthEndpointsTest, ARetiredTokenIsInactiveWithinTheGracePeriod) {
  useRotation();
  const session::TokenPair pair = issue();
  const Response next = refreshGrant(pair.refresh);
  EXPECT_EQ(introspection(pair.refresh), kInactive);
  EXPECT_EQ(textOf(introspect(textOf(next, "refresh_token")), "active"), "true");
  EXPECT_EQ(textOf(introspect(pair.access), "active"), "true") << "access tokens are not retired";
}

TEST_F(OAuthEndpointsTest, ARetiredTokenRevokesItsSession) {
  useRotation();
  for (const auto age : {0s, 3600s}) {
    const session::TokenPair pair = issue();
    const std::string next = textOf(refreshGrant(pair.refresh), "refresh_token");
    clock_.advance(age);
    EXPECT_EQ(revoke(pair.refresh).body, "{}");
    EXPECT_EQ(introspection(next), kInactive);
    EXPECT_TRUE(store_.rows.empty());
  }
}

TEST_F(OAuthEndpointsTest, TokensExpire) {
  const session::TokenPair pair = issue();
  clock_.advance(15min - 1s);
  EXPECT_EQ(textOf(introspect(pair.access), "active"), "true");
  clock_.advance(1s);
  EXPECT_EQ(introspection(pair.access), kInactive);
  EXPECT_EQ(textOf(introspect(pair.refresh), "active"), "true");
  EXPECT_EQ(revoke(pair.access).status, 200);
  EXPECT_EQ(store_.rows.size(), 1U) << "an expired token ends nothing";
  clock_.advance(24h);
  EXPECT_EQ(introspection(pair.refresh), kInactive);
  EXPECT_EQ(textOf(refreshGrant(pair.refresh), "error"), "invalid_grant");
}

TEST_F(OAuthEndpointsTest, OnlyASecretThatIsAllowedToMayIntrospect) {
  const session::TokenPair pair = issue();
  for (const Operation operation :
       {Operation::Issue, Operation::Validate, Operation::Invalidate, Operation::Sessions}) {
    const Response response = introspect(pair.access, "the secret", operation);
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(textOf(response, "error"), "invalid_client");
  }
  EXPECT_EQ(introspect(pair.access).status, 200);
  EXPECT_EQ(introspect(pair.access, "another").status, 401);
  EXPECT_EQ(introspect(pair.access, "").status, 401);
}

TEST_F(OAuthEndpointsTest, BasicIsOfTheSecretOfThatNameAndAllowedTo) {
  const session::TokenPair pair = issue();
  const auto statusOf = [&](const char* authorization, Operation allowed) {
    const ServiceSecrets secrets({{"reader", "one", {allowed}}, {"other", "two", {allowed}}});
    Request call = request("token=" + pair.access);
    call.authorization = authorization;
    return IntrospectEndpoint(*service_, secrets).handle(call, {}).status;
  };
  const char* reader_one = "Basic cmVhZGVyOm9uZQ==";
  const char* reader_two = "Basic cmVhZGVyOnR3bw==";
  EXPECT_EQ(statusOf(reader_one, Operation::Introspect), 200);
  EXPECT_EQ(statusOf(reader_two, Operation::Introspect), 401) << "the secret of another name";
  EXPECT_EQ(statusOf(reader_one, Operation::Validate), 401);
}

TEST_F(OAuthEndpointsTest, AFailureOfTheStoreIsThrown) {
  const session::TokenPair pair = issue();
  store_.failure = sdk::ErrorCode::Unavailable;
  EXPECT_EQ(codeOf([&] { refreshGrant(pair.refresh); }), sdk::ErrorCode::Unavailable);
  EXPECT_EQ(codeOf([&] { introspect(pair.access); }), sdk::ErrorCode::Unavailable);
  EXPECT_EQ(codeOf([&] { revoke(pair.access); }), sdk::ErrorCode::Unavailable);
  EXPECT_EQ(refreshGrant("x").status, 400);
  EXPECT_EQ(introspect("x").status, 200);
  EXPECT_EQ(revoke("x").status, 200);
}

TEST_F(OAuthEndpointsTest, WhatCannotBeReadIsAnInvalidRequest) {
  const TokenEndpoint endpoint(*service_);
  const Response malformed = endpoint.refuse(Failure::InvalidRequest);
  EXPECT_EQ(malformed.status, 400);
  EXPECT_EQ(textOf(malformed, "error"), "invalid_request");
  EXPECT_NE(bodyOf(malformed).find("error_description"), nullptr);
  for (const Failure other :
       {Failure::PayloadTooLarge, Failure::LengthRequired, Failure::UriTooLong}) {
    EXPECT_EQ(endpoint.refuse(other).status, failure(other).status);
    EXPECT_EQ(endpoint.refuse(other).body, failure(other).body);
  }
}

}  // namespace
}  // namespace token_service::http
