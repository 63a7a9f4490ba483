#include "http/router.hpp"

#include "captured_log.hpp"
#include "token_service/sdk/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace token_service::http {
namespace {

using host_test::logOf;

class TestEndpoint final : public Endpoint {
 public:
  using Parameters = std::vector<std::string>;

  explicit TestEndpoint(std::function<Response(const Parameters&)> answer)
      : answer_(std::move(answer)) {}
  Response handle(const Request&, const Parameters& parameters) override {
    return answer_(parameters);
  }

 private:
  std::function<Response(const Parameters&)> answer_;
};

Response plain(const std::string& body) { return {200, body, {}, false}; }

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    add("/", Method::Get, CrossOrigin::Refused, [] { return plain("root"); });
    add("/auth/token/refresh", Method::Post, CrossOrigin::Allowed, [] { return plain("refresh"); });
    add("/auth/token/gen-tokens", Method::Post, CrossOrigin::Refused, [] { return plain("gen"); });
    add("/health/live", Method::Get, CrossOrigin::Refused, [] { return plain("live"); });
  }

  void add(const std::string& path, Method method, CrossOrigin cross_origin,
           std::function<Response()> answer) {
    router_.add(method, path,
                std::make_unique<TestEndpoint>(
                    [answer = std::move(answer)](const auto&) { return answer(); }),
                cross_origin);
  }

  // Answers with the path's parameters.
  void addEcho(const std::string& path, Method method, const std::string& name) {
    router_.add(method, path, std::make_unique<TestEndpoint>([name](const auto& parameters) {
                  std::string body = name;
                  for (const std::string& parameter : parameters) {
                    body.append("|").append(parameter);
                  }
                  return plain(body);
                }));
  }

  Response call(const std::string& method, const std::string& path,
                const std::optional<std::string>& origin = std::nullopt) {
    Request request;
    request.method = method;
    request.path = path;
    request.id = "request-1";
    request.origin = origin;
    return router_.answer(request);
  }

  static std::optional<std::string> header(const Response& response, std::string_view name) {
    const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                    [&](const auto& one) { return one.first == name; });
    return found == response.headers.end() ? std::nullopt : std::optional(found->second);
  }

  log::Logger logger_{log::Logger::Level::Info, log::Format::Json};
  FailureLog failures_{logger_};
  Router router_{Cors({"https://a.example"}), failures_};
};

TEST_F(RouterTest, ServesPathsWithAndWithoutTheSlash) {
  for (const char* path : {"/auth/token/refresh", "/auth/token/refresh/"}) {
    EXPECT_EQ(call("POST", path).body, "refresh");
  }
  EXPECT_EQ(call("GET", "/").body, "root");
}

TEST_F(RouterTest, OtherPathsAreNotFound_H19) {
  for (const char* path :
       {"", "*", "//", "///", "/auth", "/auth/token/refresh//", "//auth/token/refresh",
        "/auth/token/refresh/x", "/auth/token/../token/refresh", "/AUTH/token/refresh",
        "/auth/token/%72efresh", "/%2e%2e", "/auth//token/refresh", "/health", "/health/live/./",
        "auth/token/refresh", "/ "}) {
    for (const char* method : {"GET", "POST", "OPTIONS"}) {
      EXPECT_EQ(call(method, path).status, 404) << path;
    }
  }
}

TEST_F(RouterTest, OtherMethodsAreNotAllowed_H10_H11_H13_H14) {
  for (const char* method :
       {"GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "post", "FOO", ""}) {
    const Response response = call(method, "/auth/token/refresh");
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(header(response, "Allow"), "POST, OPTIONS");
  }
  for (const char* method : {"POST", "PUT", "get", "TRACE"}) {
    const Response response = call(method, "/health/live");
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(header(response, "Allow"), "GET, HEAD, OPTIONS");
  }
}

TEST_F(RouterTest, OnePathMayHaveSeveralMethods) {
  addEcho("/v1/users/{id}/sessions", Method::Get, "list");
  addEcho("/v1/users/{id}/sessions", Method::Delete, "end all");
  EXPECT_EQ(call("GET", "/v1/users/7/sessions").body, "list|7");
  EXPECT_EQ(call("HEAD", "/v1/users/7/sessions/").body, "list|7");
  EXPECT_EQ(call("DELETE", "/v1/users/7/sessions").body, "end all|7");
  const Response refused = call("POST", "/v1/users/7/sessions");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(header(refused, "Allow"), "GET, HEAD, DELETE, OPTIONS");
}

TEST_F(RouterTest, ParametersAreWholeSegmentsThatAreNotEmpty) {
  addEcho("/v1/users/{id}/sessions/{sid}", Method::Delete, "end");
  EXPECT_EQ(call("DELETE", "/v1/users/7/sessions/a%2fb/").body, "end|7|a%2fb");
  for (const char* path :
       {"/v1/users/7/sessions", "/v1/users//sessions/a", "/v1/users/7/sessions//",
        "/v1/users/7/8/sessions/a", "/v1/users/7/sessions/a/b"}) {
    EXPECT_EQ(call("DELETE", path).status, 404) << path;
  }
}

TEST_F(RouterTest, AStarStandsForEverythingBelow) {
  addEcho("/auth/verify/*", Method::Any, "verify");
  for (const char* path :
       {"/auth/verify", "/auth/verify/", "/auth/verify/a", "/auth/verify//a/b/"}) {
    for (const char* method : {"GET", "HEAD", "POST", "OPTIONS", "DELETE", "FOO"}) {
      EXPECT_EQ(call(method, path).body, "verify") << method << path;
    }
  }
  EXPECT_EQ(call("GET", "/auth/verifyx").status, 404);
  EXPECT_EQ(call("GET", "/auth").status, 404);
}

TEST_F(RouterTest, OnlyWhatTakesEveryMethodNeedsNoBody) {
  addEcho("/auth/verify/*", Method::Any, "verify");
  EXPECT_TRUE(router_.ignoresBody("/auth/verify"));
  EXPECT_TRUE(router_.ignoresBody("/auth/verify/a"));
  for (const char* path : {"/auth/token/refresh", "/health/live", "/", "/unknown"}) {
    EXPECT_FALSE(router_.ignoresBody(path)) << path;
  }
}

TEST_F(RouterTest, HeadIsAnsweredWhereGetIs) {
  EXPECT_EQ(call("HEAD", "/health/live").status, 200);
  EXPECT_EQ(call("GET", "/health/live").status, 200);
}

TEST_F(RouterTest, OptionsIsAnsweredEverywhereAndAPreflightWhereBrowsersMayCall) {
  const Response preflight = call("OPTIONS", "/auth/token/refresh/", "https://a.example");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.body, "");
  EXPECT_EQ(header(preflight, "Allow"), "POST, OPTIONS");
  EXPECT_EQ(header(preflight, "Access-Control-Allow-Origin"), "https://a.example");
  EXPECT_EQ(header(preflight, "Access-Control-Allow-Methods"), "POST");
  const Response other = call("OPTIONS", "/auth/token/gen-tokens/", "https://a.example");
  EXPECT_EQ(other.status, 204);
  EXPECT_FALSE(header(other, "Access-Control-Allow-Origin"));
  EXPECT_FALSE(header(other, "Vary"));
}

TEST_F(RouterTest, ErrorsCarryTheCrossOriginHeadersToo) {
  EXPECT_EQ(header(call("POST", "/auth/token/refresh", "https://a.example"),
                   "Access-Control-Allow-Origin"),
            "https://a.example");
  EXPECT_EQ(header(call("GET", "/auth/token/refresh", "https://a.example"),
                   "Access-Control-Allow-Origin"),
            "https://a.example");
  add("/fails", Method::Post, CrossOrigin::Allowed, []() -> Response { throw 1; });
  Response response;
  logOf([&] { response = call("POST", "/fails", "https://a.example"); });
  EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "https://a.example");
  EXPECT_FALSE(header(call("POST", "/auth/token/gen-tokens", "https://a.example"),
                      "Access-Control-Allow-Origin"));
}

TEST_F(RouterTest, WhateverAnEndpointThrowsIsAnsweredAndLoggedOnce_H72_P58) {
  const std::pair<std::function<Response()>, int> cases[] = {
      {[]() -> Response { throw std::runtime_error("canary"); }, 500},
      {[]() -> Response { throw 1; }, 500},
      {[]() -> Response { throw sdk::Error(sdk::ErrorCode::Internal, "canary"); }, 500},
      {[]() -> Response { throw sdk::Error(sdk::ErrorCode::Unavailable, "canary"); }, 503}};
  int number = 0;
  for (const auto& [answer, status] : cases) {
    const std::string path = "/fails/" + std::to_string(++number);
    add(path, Method::Get, CrossOrigin::Refused, answer);
    Response response;
    const std::string log = logOf([&] { response = call("GET", path); });
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body.find("canary"), std::string::npos);
    EXPECT_EQ(header(response, "Retry-After").has_value(), status == 503);
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
    const std::string level = status == 503 ? "warning" : "error";
    EXPECT_NE(log.find("\"level\":\"" + level + "\""), std::string::npos) << log;
    EXPECT_NE(log.find("\"request_id\":\"request-1\""), std::string::npos) << log;
    EXPECT_NE(log.find("\"status\":\"" + std::to_string(status)), std::string::npos) << log;
  }
}

}  // namespace
}  // namespace token_service::http
