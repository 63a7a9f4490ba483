#pragma once

#include "http_client.hpp"
#include "service_process.hpp"

#include <cstdint>
#include <string>

namespace token_service::test {

enum class Encoding { Json, Form, Multipart };

struct TokenPair {
  std::string refresh;
  std::string access;
};

// Who presents a token to validate-token and invalidate-tokens.
enum class Caller { Service, Frontend };

// The four endpoints as callers use them. Every answer is checked for what section 1 of the
// contract says of all answers, and its tokens are remembered for the leak checks. For one thread.
class TokenApi {
 public:
  explicit TokenApi(const ServiceProcess& service) : TokenApi(service.port()) {}
  explicit TokenApi(std::uint16_t port) : client_(port) {}

  Reply send(const Call& call);

  Reply genTokens(std::int64_t id, const std::string& username = "user");
  Reply refresh(std::int64_t id, const std::string& token);
  Reply validate(std::int64_t id, const std::string& token, Caller caller = Caller::Service);
  Reply invalidate(std::int64_t id, const std::string& token, Caller caller = Caller::Service);

  // Logs in; the test fails if that fails.
  TokenPair logIn(std::int64_t id, const std::string& username = "user");
  // Gives the new access token; the test fails if there is none.
  std::string refreshed(std::int64_t id, const std::string& token);
  bool isValid(std::int64_t id, const std::string& access);
  bool canRefresh(std::int64_t id, const std::string& refresh);

 private:
  HttpClient client_;
};

constexpr const char* kGenTokens = "/auth/token/gen-tokens/";
constexpr const char* kRefresh = "/auth/token/refresh/";
constexpr const char* kValidate = "/auth/token/validate-token/";
constexpr const char* kInvalidate = "/auth/token/invalidate-tokens/";

// A POST of a JSON body.
Call jsonCall(const std::string& path, const std::string& body);
// A POST of text fields in that encoding.
Call fieldsCall(const std::string& path, const Fields& fields, Encoding encoding);
Call withSecret(Call call, const std::string& secret = ServiceSetup::kSecret);
Call withBearer(Call call, const std::string& token);

struct ExpectedError {
  int status;
  std::string code;
  std::string error;
};

inline const ExpectedError kUnauthorizedRequest{401, "unauthorized_request",
                                                "Unauthorized request"};
inline const ExpectedError kUsernameAndIdRequired{400, "missing_field",
                                                  "Username and id are required"};
inline const ExpectedError kRefreshTokenRequired{400, "missing_field", "Refresh token is required"};
inline const ExpectedError kUserIdRequired{400, "missing_field", "User id is required"};
inline const ExpectedError kAccessTokenAndIdRequired{400, "missing_field",
                                                     "Access token and id are required"};
inline const ExpectedError kInvalidRequest{400, "invalid_request", "Invalid request"};
inline const ExpectedError kInvalidToken{401, "invalid_token", "Invalid or expired token"};
inline const ExpectedError kTokenMismatch{401, "token_mismatch", "token mismatch"};
inline const ExpectedError kUserNotFound{404, "user_not_found", "User not found"};
inline const ExpectedError kNotLoggedIn{401, "not_logged_in", "User has not logged in yet"};
inline const ExpectedError kNotFound{404, "not_found", "Not found"};
inline const ExpectedError kMethodNotAllowed{405, "method_not_allowed", "Method not allowed"};
inline const ExpectedError kUnsupportedMediaType{415, "unsupported_media_type",
                                                 "Unsupported media type"};
inline const ExpectedError kPayloadTooLarge{413, "payload_too_large", "Payload too large"};
inline const ExpectedError kUnavailable{503, "unavailable", "Service unavailable"};

// What section 1 of the contract says of all answers.
void expectCommonRules(const Reply& reply, const Call& call = {});

void expectError(const Reply& reply, const ExpectedError& expected);
// The status, and a body of exactly that JSON text.
void expectAnswer(const Reply& reply, int status, const std::string& body);
void expectValid(const Reply& reply);
void expectLoggedOut(const Reply& reply);
// 200 and nothing but an access token; gives it.
std::string expectRefreshed(const Reply& reply);

}  // namespace token_service::test
