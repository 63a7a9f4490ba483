// What an answer proves: only what the contract says, and nothing if it is not certain.

#include "token_request.hpp"

#include <gtest/gtest.h>

namespace token_service::history {
namespace {

HttpAnswer error(int status, const std::string& code) {
  return {status, R"({"error":"some text","code":")" + code + "\"}"};
}

Answer meaning(Kind kind, const std::optional<HttpAnswer>& answer, bool rotation = false,
               bool by_frontend = false) {
  TokenRequest request;
  request.kind = kind;
  request.by_frontend = by_frontend;
  return meaningOf(request, answer, rotation);
}

Answer standardMeaning(Kind kind, const HttpAnswer& answer) {
  TokenRequest request;
  request.kind = kind;
  request.standard = true;
  return meaningOf(request, answer, true);
}

constexpr Kind kAll[] = {Kind::GenTokens,  Kind::Validate, Kind::Introspect, Kind::Refresh,
                         Kind::Invalidate, Kind::Revoke,   Kind::EndSession};

TEST(MeaningOfTest, isUnknownWithoutAnAnswerAndFor503) {
  for (const Kind kind : kAll) {
    for (const std::optional<HttpAnswer>& answer :
         {std::optional<HttpAnswer>(), std::optional(error(503, "unavailable"))}) {
      const Answer meant = meaning(kind, answer);
      EXPECT_EQ(meant.result, Result::Unknown);
      EXPECT_EQ(meant.fault, "");
    }
  }
}

TEST(MeaningOfTest, isAFaultFor500AndForWhatNoTableNames) {
  for (const Kind kind : kAll) {
    for (const HttpAnswer& answer : {error(500, "internal"), error(400, "invalid_request"),
                                     error(401, "unauthorized_request"), error(405, "")}) {
      const Answer meant = meaning(kind, answer);
      EXPECT_EQ(meant.result, Result::Unknown);
      EXPECT_NE(meant.fault, "");
    }
  }
}

TEST(MeaningOfTest, isAFaultForAGoodTokenThatIsCalledBad) {
  for (const Kind kind : {Kind::Validate, Kind::Invalidate}) {
    EXPECT_NE(meaning(kind, error(401, "invalid_token")).fault, "");
  }
  EXPECT_NE(meaning(Kind::Invalidate, error(401, "token_mismatch")).fault, "");
}

TEST(MeaningOfTest, isOkForSuccess) {
  const HttpAnswer pair = {201, R"({"id":1,"refresh":"r","access":"a"})"};
  EXPECT_EQ(meaning(Kind::GenTokens, pair).refresh_token, "r");
  EXPECT_EQ(meaning(Kind::GenTokens, pair).access_token, "a");
  for (const Kind kind : {Kind::Validate, Kind::Invalidate, Kind::Revoke, Kind::EndSession}) {
    EXPECT_EQ(meaning(kind, HttpAnswer{200, "{}"}).result, Result::Ok);
  }
  EXPECT_EQ(meaning(Kind::Introspect, HttpAnswer{200, R"({"active":true})"}).result, Result::Ok);
}

TEST(MeaningOfTest, wantsExactlyTheTokensThatBelongThere) {
  const HttpAnswer access = {200, R"({"access":"a"})"};
  const HttpAnswer pair = {200, R"({"refresh":"r","access":"a"})"};
  EXPECT_EQ(meaning(Kind::Refresh, access, false).result, Result::Ok);
  EXPECT_EQ(meaning(Kind::Refresh, pair, true).refresh_token, "r");
  EXPECT_NE(meaning(Kind::Refresh, pair, false).fault, "");
  EXPECT_NE(meaning(Kind::Refresh, access, true).fault, "");
  EXPECT_NE(meaning(Kind::GenTokens, HttpAnswer{201, "{}"}).fault, "");
}

TEST(MeaningOfTest, readsTheStandardInterfaces) {
  const HttpAnswer pair = {200, R"({"access_token":"a","refresh_token":"r"})"};
  EXPECT_EQ(standardMeaning(Kind::Refresh, pair).access_token, "a");
  EXPECT_EQ(standardMeaning(Kind::Refresh, pair).refresh_token, "r");
  EXPECT_EQ(standardMeaning(Kind::Validate, {200, "{}"}).result, Result::Ok);
  EXPECT_EQ(standardMeaning(Kind::Refresh, {400, R"({"error":"invalid_grant"})"}).result,
            Result::No);
  EXPECT_EQ(standardMeaning(Kind::Validate, error(401, "invalid_token")).result, Result::No);
  EXPECT_NE(standardMeaning(Kind::Refresh, {400, R"({"error":"invalid_request"})"}).fault, "");
  EXPECT_NE(standardMeaning(Kind::Validate, error(404, "not_found")).fault, "");
}

TEST(MeaningOfTest, isNoForTheSession) {
  for (const Answer& meant : {meaning(Kind::Validate, error(401, "token_mismatch")),
                              meaning(Kind::Refresh, error(401, "invalid_token")),
                              meaning(Kind::Invalidate, error(401, "token_mismatch"), false, true),
                              meaning(Kind::EndSession, error(404, "not_found")),
                              meaning(Kind::Introspect, HttpAnswer{200, R"({"active":false})"})}) {
    EXPECT_EQ(meant.result, Result::No);
    EXPECT_FALSE(meant.no_session_at_all);
  }
}

TEST(MeaningOfTest, isNoForAllSessions) {
  for (const Answer& meant : {meaning(Kind::Refresh, error(404, "user_not_found")),
                              meaning(Kind::Invalidate, error(401, "not_logged_in"))}) {
    EXPECT_EQ(meant.result, Result::No);
    EXPECT_TRUE(meant.no_session_at_all);
  }
}

}  // namespace
}  // namespace token_service::history
