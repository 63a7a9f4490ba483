#include "http/oauth_request.hpp"

#include "http/oauth_error.hpp"
#include "token/json.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace token_service::http {
namespace {

Request request(const std::string& query, const std::string& body = "token=x") {
  Request request;
  request.query = query;
  request.content_type = "application/x-www-form-urlencoded";
  request.body = body;
  return request;
}

std::string errorOf(const std::optional<Response>& refusal) {
  if (!refusal) {
    return "none";
  }
  const std::optional<token::Json> body = token::parseJsonObject(refusal->body);
  return body && body->find("error") != nullptr ? body->find("error")->text : refusal->body;
}

std::string headError(const Request& request) { return errorOf(checkHead(request)); }

std::string parametersError(const Request& request) {
  Body parameters;
  return errorOf(readParameters(request, parameters));
}

TEST(OAuthError, HasTheBodyOfRfc6749AndAChallengeForClients) {
  const std::pair<OAuthError, const char*> cases[] = {
      {OAuthError::InvalidRequest, "invalid_request"},
      {OAuthError::InvalidClient, "invalid_client"},
      {OAuthError::InvalidGrant, "invalid_grant"},
      {OAuthError::UnsupportedGrantType, "unsupported_grant_type"}};
  for (const auto& [error, name] : cases) {
    const Response response = oauthFailure(error, "why");
    EXPECT_EQ(response.body,
              std::string("{\"error\":\"") + name + "\",\"error_description\":\"why\"}");
    const bool client = error == OAuthError::InvalidClient;
    EXPECT_EQ(response.status, client ? 401 : 400);
    ASSERT_EQ(response.headers.size(), client ? 1U : 0U);
    if (client) {
      EXPECT_EQ(response.headers.front().first, "WWW-Authenticate");
      EXPECT_EQ(response.headers.front().second, "Basic realm=\"token-service\"");
    }
  }
}

TEST(OAuthRequest, AQueryStringWithoutSecretsIsIgnored) {
  for (const char* query : {"", "a=1", "a=1&b=2", "grant_type=refresh_token", "tokens=1", "Token=1",
                            "token_type_hint=access_token", "a=%41+b", "&&"}) {
    EXPECT_EQ(headError(request(query)), "none") << query;
    EXPECT_EQ(parametersError(request(query)), "none") << query;
  }
}

TEST(OAuthRequest, NoTokenAndNoSecretInTheQueryString) {
  for (const char* query : {"token=x", "access_token=x", "refresh_token=x", "client_secret=x",
                            "token=", "token", "access=x", "refresh=x", "a=1&token=x", "tok%65n=x",
                            "%74oken=x", "refresh%5ftoken=x&b", "client_secret"}) {
    EXPECT_EQ(headError(request(query)), "invalid_request") << query;
  }
}

TEST(OAuthRequest, NoMalformedQueryString) {
  for (const char* query : {"a=1&a=1", "a=1&a=2", "a&a", "a=1&%61=2", "a=%", "a=%4", "a=%zz", "%=1",
                            "a=%ff", "a=\xff", "%c0%af=1"}) {
    EXPECT_EQ(headError(request(query)), "invalid_request") << query;
  }
}

TEST(OAuthRequest, NoParameterInQueryStringAndBody) {
  const char* json = "{\"scope\":\"a\",\"token\":\"x\"}";
  for (const char* query : {"scope=a", "scope=b", "scope", "a=1&scope=", "%73cope=a"}) {
    EXPECT_EQ(parametersError(request(query, "scope=a&token=x")), "invalid_request") << query;
    Request call = request(query, json);
    call.content_type = "application/json";
    EXPECT_EQ(parametersError(call), "invalid_request") << query;
  }
  EXPECT_EQ(parametersError(request("scop=a", "scope=a&token=x")), "none");
}

TEST(OAuthRequest, AMalformedBodyIsAnInvalidRequestAndAForeignOneUnsupported) {
  for (const char* body : {"token=x&token=x", "token=x&tok%65n=y", "token=%", "a=%ff"}) {
    EXPECT_EQ(parametersError(request("", body)), "invalid_request") << body;
  }
  Request foreign = request("");
  foreign.content_type = "text/plain";
  Body parameters;
  const std::optional<Response> refusal = readParameters(foreign, parameters);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 415);
  EXPECT_EQ(refusal->body, failure(Failure::UnsupportedMediaType).body);
}

TEST(OAuthRequest, OneClientCredentialAtMost) {
  const char* plain = "token=x";
  const char* secret = "token=x&client_id=a&client_secret=b";
  for (const bool header : {false, true}) {
    for (const char* authorization : {"", "Basic YTpi", "basic", "BASIC ???", "Token x"}) {
      for (const char* body : {plain, secret, "token=x&client_secret="}) {
        Request call = request("", body);
        if (header) {
          call.service_secret = "s";
        }
        if (*authorization != '\0') {
          call.authorization = authorization;
        }
        const bool basic = *authorization != '\0' && *authorization != 'T';
        SCOPED_TRACE(std::string(authorization) + (header ? " secret " : " ") + body);
        EXPECT_EQ(headError(call), header && basic ? "invalid_request" : "none");
        EXPECT_EQ(parametersError(call),
                  (header || basic) && body == secret ? "invalid_request" : "none");
      }
    }
  }
}

TEST(OAuthRequest, AClientSecretOfAnyTypeIsACredential) {
  for (const char* secret : {"1", "null", "true", "[]", "{}", "\"b\""}) {
    Request call = request("", std::string("{\"client_secret\":") + secret + "}");
    call.content_type = "application/json";
    EXPECT_EQ(parametersError(call), "none") << secret;
    call.service_secret = "s";
    EXPECT_EQ(parametersError(call), "invalid_request") << secret;
  }
}

std::string tokenOf(Request call, const std::string& type = "application/json") {
  call.content_type = type;
  Body parameters;
  EXPECT_EQ(errorOf(readParameters(call, parameters)), "none");
  std::string token;
  const std::optional<Response> refusal = readToken(call, parameters, "token", token);
  return refusal ? errorOf(refusal) : "token " + token;
}

TEST(OAuthRequest, TheTokenIsAnyText) {
  for (const char* body : {"{}", R"({"token":""})", R"({"token":1})", R"({"token":null})",
                           R"({"token":["x"]})", R"({"Token":"x"})", R"({"access_token":"x"})"}) {
    EXPECT_EQ(tokenOf(request("", body)), "invalid_request") << body;
  }
  EXPECT_EQ(tokenOf(request("", R"({"token":"x"})")), "token x");
  EXPECT_EQ(tokenOf(request("", R"({"token":" \n\u00e9"})")), "token  \n\u00e9");
  const std::string large(5000, 'x');
  EXPECT_EQ(tokenOf(request("", "{\"token\":\"" + large + "\"}")), "token " + large);
}

TEST(OAuthRequest, NoTokenInHeaderAndBody_A08) {
  for (const char* header : {"Bearer x", "bearer x", "BEARER y", "Bearer", "Bearer  x", "Bearer\tx",
                             "Bearer a b", "Bearer a,b"}) {
    Request call = request("", R"({"token":"x"})");
    call.authorization = header;
    EXPECT_EQ(tokenOf(call), "invalid_request") << header;
    call.body = "{}";
    EXPECT_EQ(tokenOf(call), "invalid_request") << "a token comes in the body: " << header;
  }
  Request basic = request("", R"({"token":"x"})");
  basic.authorization = "Basic YTpi";
  EXPECT_EQ(tokenOf(basic), "token x");
}

}  // namespace
}  // namespace token_service::http
