#pragma once

#include "connection.hpp"
#include "database_settings.hpp"
#include "operations.hpp"
#include "rows.hpp"

namespace token_service::store_postgres {

// When to give up statements that are sent now, whoever waits for them: the server's own time limit
// comes first, since its answer leaves nothing in doubt.
inline sdk::Deadline answerLimit(const DatabaseSettings& settings) {
  constexpr std::chrono::milliseconds kAnswerTime{250};
  return std::chrono::steady_clock::now() + settings.statement_timeout + kAnswerTime;
}

// Throws if the last statement of a transaction answered anything but that it committed.
inline void requireCommit(const Rows& last) {
  if (last.tag() != "COMMIT") {
    throw sdk::Error(sdk::ErrorCode::Unavailable, "the database rolled the transaction back");
  }
}

// Throws if the server warned during the last `run`, which wrote.
inline void refuseWarning(const Connection& connection) {
  if (connection.hasWarned()) {
    throw sdk::Error(sdk::ErrorCode::Timeout,
                     "the database warned that the change may not be durable");
  }
}

inline ChangeResult toResult(sdk::ReplaceResult result) {
  return static_cast<ChangeResult>(result);
}

}  // namespace token_service::store_postgres
