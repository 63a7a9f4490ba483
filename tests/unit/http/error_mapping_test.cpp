#include "http/error_mapping.hpp"

#include "token/json.hpp"
#include "token_service/sdk/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace token_service::http {
namespace {

struct Row {
  Failure failure;
  int status;
  const char* code;
  const char* error;
};

// The texts are those of the service that this one replaces: its callers compare them.
const Row kRows[] = {
    {Failure::UnauthorizedRequest, 401, "unauthorized_request", "Unauthorized request"},
    {Failure::UsernameAndIdRequired, 400, "missing_field", "Username and id are required"},
    {Failure::RefreshTokenRequired, 400, "missing_field", "Refresh token is required"},
    {Failure::UserIdRequired, 400, "missing_field", "User id is required"},
    {Failure::AccessTokenAndIdRequired, 400, "missing_field", "Access token and id are required"},
    {Failure::InvalidRequest, 400, "invalid_request", "Invalid request"},
    {Failure::InvalidToken, 401, "invalid_token", "Invalid or expired token"},
    {Failure::TokenMismatch, 401, "token_mismatch", "token mismatch"},
    {Failure::UserNotFound, 404, "user_not_found", "User not found"},
    {Failure::NotLoggedIn, 401, "not_logged_in", "User has not logged in yet"},
    {Failure::NotFound, 404, "not_found", "Not found"},
    {Failure::MethodNotAllowed, 405, "method_not_allowed", "Method not allowed"},
    {Failure::UnsupportedMediaType, 415, "unsupported_media_type", "Unsupported media type"},
    {Failure::PayloadTooLarge, 413, "payload_too_large", "Payload too large"},
    {Failure::UriTooLong, 414, "invalid_request", "Invalid request"},
    {Failure::LengthRequired, 411, "invalid_request", "Invalid request"},
    {Failure::HeadTooLarge, 431, "invalid_request", "Invalid request"},
    {Failure::NotImplemented, 501, "invalid_request", "Invalid request"},
    {Failure::RequestTimeout, 408, "invalid_request", "Invalid request"},
    {Failure::ExpectationFailed, 417, "invalid_request", "Invalid request"},
    {Failure::VersionNotSupported, 505, "invalid_request", "Invalid request"},
    {Failure::Unavailable, 503, "unavailable", "Service unavailable"},
    {Failure::Internal, 500, "internal", "Internal error"},
};

TEST(ErrorMapping, EveryFailureHasItsRow) {
  std::set<std::tuple<int, std::string, std::string>> rows;
  for (const Row& row : kRows) {
    const Response response = failure(row.failure);
    EXPECT_EQ(response.status, row.status) << row.error;
    const auto body = token::parseJsonObject(response.body);
    ASSERT_TRUE(body) << response.body;
    ASSERT_EQ(body->children.size(), 2U);
    EXPECT_EQ(body->find("error")->text, row.error);
    EXPECT_EQ(body->find("code")->text, row.code);
    EXPECT_TRUE(rows.insert({row.status, row.code, row.error}).second) << "distinct";
  }
  EXPECT_EQ(rows.size(), static_cast<std::size_t>(Failure::Internal) + 1) << "none left out";
}

TEST(ErrorMapping, OnlyUnavailableAsksToTryAgain) {
  for (const Row& row : kRows) {
    const Response response = failure(row.failure);
    EXPECT_EQ(response.headers.size(), row.failure == Failure::Unavailable ? 1U : 0U);
    for (const auto& [name, value] : response.headers) {
      EXPECT_EQ(name, "Retry-After");
      EXPECT_EQ(value, "1");
    }
  }
}

TEST(ErrorMapping, WhatMayWorkLaterIs503AndTheRest500) {
  const std::string canary = "canary of the database";
  using sdk::ErrorCode;
  const std::pair<ErrorCode, int> codes[] = {{ErrorCode::Unavailable, 503},
                                             {ErrorCode::Timeout, 503},
                                             {ErrorCode::Internal, 500},
                                             {ErrorCode::InvalidConfig, 500},
                                             {ErrorCode::PermissionDenied, 500}};
  for (const auto& [code, status] : codes) {
    const Response response = failureOf(sdk::Error(code, canary));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body.find("canary"), std::string::npos);
  }
  const Response other = failureOf(std::runtime_error(canary));
  EXPECT_EQ(other.status, 500);
  EXPECT_EQ(other.body, failure(Failure::Internal).body);
}

}  // namespace
}  // namespace token_service::http
