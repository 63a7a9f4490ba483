#include "http/error_mapping.hpp"

#include "token/json.hpp"
#include "token_service/sdk/error.hpp"

namespace token_service::http {
namespace {

struct Row {
  int status;
  std::string_view code;
  std::string_view error;
};

Row rowOf(Failure failure) {
  switch (failure) {
    case Failure::UnauthorizedRequest:
      return {401, "unauthorized_request", "Unauthorized request"};
    case Failure::UsernameAndIdRequired:
      return {400, "missing_field", "Username and id are required"};
    case Failure::RefreshTokenRequired:
      return {400, "missing_field", "Refresh token is required"};
    case Failure::UserIdRequired:
      return {400, "missing_field", "User id is required"};
    case Failure::AccessTokenAndIdRequired:
      return {400, "missing_field", "Access token and id are required"};
    case Failure::InvalidRequest:
      return {400, "invalid_request", "Invalid request"};
    case Failure::InvalidToken:
      return {401, "invalid_token", "Invalid or expired token"};
    case Failure::TokenMismatch:
      return {401, "token_mismatch", "token mismatch"};
    case Failure::UserNotFound:
      return {404, "user_not_found", "User not found"};
    case Failure::NotLoggedIn:
      return {401, "not_logged_in", "User has not logged in yet"};
    case Failure::NotFound:
      return {404, "not_found", "Not found"};
    case Failure::MethodNotAllowed:
      return {405, "method_not_allowed", "Method not allowed"};
    case Failure::UnsupportedMediaType:
      return {415, "unsupported_media_type", "Unsupported media type"};
    case Failure::PayloadTooLarge:
      return {413, "payload_too_large", "Payload too large"};
    case Failure::UriTooLong:
      return {414, "invalid_request", "Invalid request"};
    case Failure::HeadTooLarge:
      return {431, "invalid_request", "Invalid request"};
    case Failure::NotImplemented:
      return {501, "invalid_request", "Invalid request"};
    case Failure::RequestTimeout:
      return {408, "invalid_request", "Invalid request"};
    case Failure::LengthRequired:
      return {411, "invalid_request", "Invalid request"};
    case Failure::ExpectationFailed:
      return {417, "invalid_request", "Invalid request"};
    case Failure::VersionNotSupported:
      return {505, "invalid_request", "Invalid request"};
    case Failure::Unavailable:
      return {503, "unavailable", "Service unavailable"};
    case Failure::Internal:
      break;
  }
  return {500, "internal", "Internal error"};
}

}  // namespace

Response failure(Failure failure) {
  const Row row = rowOf(failure);
  Response response;
  response.status = row.status;
  response.body = "{\"error\":";
  token::appendJsonString(row.error, response.body);
  response.body.append(",\"code\":");
  token::appendJsonString(row.code, response.body);
  response.body.push_back('}');
  if (failure == Failure::Unavailable) {
    response.headers.emplace_back("Retry-After", "1");
  }
  return response;
}

Response failureOf(const std::exception& error) {
  const auto* known = dynamic_cast<const sdk::Error*>(&error);
  const bool temporary = known != nullptr && (known->code() == sdk::ErrorCode::Unavailable ||
                                              known->code() == sdk::ErrorCode::Timeout);
  return failure(temporary ? Failure::Unavailable : Failure::Internal);
}

}  // namespace token_service::http
