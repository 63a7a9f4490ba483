#pragma once

#include "http/message.hpp"

#include <exception>
#include <string_view>

namespace token_service::http {

// Everything that a call can fail with: status, `error` and `code` of each stand in one table.
enum class Failure {
  UnauthorizedRequest,
  UsernameAndIdRequired,
  RefreshTokenRequired,
  UserIdRequired,
  AccessTokenAndIdRequired,
  InvalidRequest,
  InvalidToken,
  TokenMismatch,
  UserNotFound,
  NotLoggedIn,
  NotFound,
  MethodNotAllowed,
  UnsupportedMediaType,
  PayloadTooLarge,
  UriTooLong,
  HeadTooLarge,
  LengthRequired,
  RequestTimeout,
  ExpectationFailed,
  NotImplemented,
  VersionNotSupported,
  Unavailable,
  Internal,
};

Response failure(Failure failure);

// The answer for an exception that is being handled: 503 for what may work later, else 500. Never
// holds the exception's text.
Response failureOf(const std::exception& error);

}  // namespace token_service::http
