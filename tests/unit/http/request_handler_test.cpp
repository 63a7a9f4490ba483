#include "http/request_handler.hpp"

#include "front/exchange.hpp"
#include "http/token_endpoints.hpp"
#include "http/verify_endpoint.hpp"
#include "session/session_service_test.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace token_service::http {
namespace {

using namespace std::chrono_literals;

constexpr const char* kValid = R"({"access_token":"Valid token"})";

// Cannot be answered at once, and has no look-up to share.
class PatientEndpoint final : public Endpoint {
 public:
  Response handle(const Request& request, const std::vector<std::string>&) override {
    return request.deadline == session::kAtOnce ? wouldWait() : Response{};
  }
};

// Requests as they come from the front, answered together.
class AnswerTogetherTest : public session::SessionServiceTest {
 protected:
  AnswerTogetherTest() {
    store_.lookups_at_once = 128;
    router_.add(Method::Post, "/auth/token/validate-token",
                std::make_unique<ValidateTokenEndpoint>(*service_, secrets_));
    router_.add(Method::Any, "/auth/verify/*", std::make_unique<VerifyEndpoint>(*service_));
    router_.add(Method::Get, "/patient", std::make_unique<PatientEndpoint>());
  }

  void add(const std::string& method, const std::string& target,
           const std::vector<front::Field>& fields, const std::string& body) {
    front::Message message;
    message.method = method;
    message.target = target;
    message.fields = fields;
    message.body = body;
    exchanges_.push_back(std::make_unique<front::Exchange>());
    exchanges_.back()->request.assign(message, RequestHandler::fieldNames(), -1,
                                      std::chrono::steady_clock::now());
  }

  void addValidation(const std::string& token, std::int64_t user_id) {
    add("POST", "/auth/token/validate-token",
        {{"Content-Type", "application/json"}, {"X-SERVICE-SECRET", "the secret"}},
        R"({"id":)" + std::to_string(user_id) + R"(,"access":")" + token + R"("})");
  }

  void addVerification(const std::string& token) {
    const std::string authorization = "Bearer " + token;
    add("GET", "/auth/verify", {{"Authorization", authorization}}, "");
  }

  void answer() {
    std::vector<front::Call> calls;
    for (const std::unique_ptr<front::Exchange>& exchange : exchanges_) {
      calls.push_back({exchange->request, exchange->response});
    }
    handler_.answerTogether(calls);
  }

  front::Response& response(std::size_t index) { return exchanges_.at(index)->response; }

  void expectAnswer(std::size_t index, int status, const std::string& part_of_body) {
    front::Exchange& exchange = *exchanges_.at(index);
    ASSERT_TRUE(exchange.response.sent()) << index;
    EXPECT_EQ(exchange.response.getStatus(), status) << index;
    exchange.finish();
    EXPECT_NE(exchange.bytes.find(part_of_body), std::string::npos) << exchange.bytes;
  }

  const ServiceSecrets secrets_{{{"backend", "the secret", {Operation::Validate}}}};
  FailureLog failures_{logger_};
  Router router_{Cors({}), failures_};
  RequestIds ids_{random_};
  RequestHandler handler_{router_, *service_, ids_, 10s};
  std::vector<std::unique_ptr<front::Exchange>> exchanges_;
};

TEST_F(AnswerTogetherTest, TheLookUpsOfDifferentUsersAreOne) {
  constexpr std::int64_t kUsers = 20;
  for (std::int64_t user_id = 1; user_id <= kUsers; ++user_id) {
    addValidation(issue(user_id).access, user_id);
  }
  addVerification(issue(99).access);
  answer();
  for (std::size_t index = 0; index < kUsers; ++index) {
    expectAnswer(index, 200, kValid);
  }
  expectAnswer(kUsers, 200, "\"user_id\":99,");
  EXPECT_EQ(store_.finds_together, std::vector<std::size_t>{kUsers + 1});
  EXPECT_EQ(store_.finds, 0);
}

TEST_F(AnswerTogetherTest, EachGetsTheAnswerForItsOwnSession) {
  const session::TokenPair live = issue(7);
  const session::TokenPair ended = issue(8);
  const session::TokenPair others = issue(9);
  service_->endAll(8, host_test::soon());
  addValidation(live.access, 7);
  addValidation(ended.access, 8);
  addValidation(others.access, 7);
  addVerification(ended.access);
  addVerification(others.access);
  answer();
  expectAnswer(0, 200, kValid);
  expectAnswer(1, 401, "token_mismatch");
  expectAnswer(2, 401, "token_mismatch");
  expectAnswer(3, 401, "invalid_token");
  expectAnswer(4, 200, "\"user_id\":9,");
  EXPECT_EQ(store_.finds_together, std::vector<std::size_t>{4}) << "the third needs none";
  EXPECT_EQ(store_.finds, 0);
}

TEST_F(AnswerTogetherTest, AStoreThatFailsFailsEachOfThem) {
  addValidation(issue(7).access, 7);
  addVerification(issue(8).access);
  addValidation("no token", 9);
  store_.failure = sdk::ErrorCode::Unavailable;
  host_test::logOf([&] { answer(); });
  for (const std::size_t index : {0U, 1U}) {
    expectAnswer(index, 503, "\"code\":\"unavailable\"");
    EXPECT_EQ(response(index).get("Retry-After", ""), "1");
  }
  expectAnswer(2, 401, "invalid_token");
  EXPECT_EQ(store_.finds_together, std::vector<std::size_t>{2});
  EXPECT_EQ(store_.finds, 0);
}

TEST_F(AnswerTogetherTest, RepeatedFieldsAreRefusedAndDisturbNobody) {
  const std::string first = "Bearer " + issue(7).access;
  const std::string second = "Bearer " + issue(8).access;
  addVerification(issue(9).access);
  add("GET", "/auth/verify", {{"Authorization", first}, {"authorization", second}}, "");
  addValidation(issue(10).access, 10);
  answer();
  expectAnswer(0, 200, "\"user_id\":9,");
  expectAnswer(1, 400, "invalid_request");
  expectAnswer(2, 200, kValid);
  EXPECT_EQ(store_.finds_together, std::vector<std::size_t>{2});
  EXPECT_EQ(store_.finds, 0);
}

TEST_F(AnswerTogetherTest, WhatNeedsNoLookUpAsksNobody) {
  addVerification("no token");
  addValidation(issue(7).access + "x", 7);
  add("GET", "/elsewhere", {}, "");
  answer();
  expectAnswer(0, 401, "invalid_token");
  expectAnswer(1, 401, "invalid_token");
  expectAnswer(2, 404, "not_found");
  EXPECT_TRUE(store_.finds_together.empty());
  EXPECT_EQ(store_.finds, 0);
}

TEST_F(AnswerTogetherTest, WhatSharesNothingIsLeftToBeServedAlone) {
  addVerification(issue(7).access);
  add("GET", "/patient", {}, "");
  addVerification(issue(8).access);
  answer();
  expectAnswer(0, 200, "\"user_id\":7,");
  EXPECT_FALSE(response(1).sent());
  expectAnswer(2, 200, "\"user_id\":8,");
  handler_.handleRequest(exchanges_[1]->request, response(1));
  expectAnswer(1, 200, "");
}

TEST_F(AnswerTogetherTest, EachKeepsItsRequestIdAndIsAnsweredOnce) {
  const std::string token = "Bearer " + issue(7).access;
  add("GET", "/auth/verify", {{"Authorization", token}, {"X-Request-ID", "one"}}, "");
  add("GET", "/auth/verify", {{"Authorization", token}, {"X-Request-ID", "two"}}, "");
  answer();
  EXPECT_EQ(response(0).get("X-Request-ID", ""), "one");
  EXPECT_EQ(response(1).get("X-Request-ID", ""), "two");
  expectAnswer(0, 200, "Content-Length: ");
  EXPECT_EQ(exchanges_[0]->bytes.find("HTTP/1.1"), exchanges_[0]->bytes.rfind("HTTP/1.1"));
  EXPECT_EQ(store_.finds_together, std::vector<std::size_t>{2});
}

}  // namespace
}  // namespace token_service::http
