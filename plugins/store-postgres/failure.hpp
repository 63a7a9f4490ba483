#pragma once

#include "token_service/sdk/error.hpp"

#include <exception>
#include <string>

namespace token_service::store_postgres {

// Statements that did not run to their end, before anyone decides what the caller may conclude.
struct Failure : std::exception {
  enum class Kind {
    // The server answered with an error.
    Refused,
    // The connection broke.
    Lost,
    // The deadline passed.
    Expired,
  };

  Failure(Kind kind_of_failure, std::string state, bool unknown)
      : kind(kind_of_failure), sqlstate(std::move(state)), outcome_unknown(unknown) {}

  const char* what() const noexcept override { return "database statement failed"; }

  // The server rolled back because of what others did at the same time.
  bool isConflict() const { return sqlstate == "40001" || sqlstate == "40P01"; }
  // The server ended the connection, and said so.
  bool isShutdown() const { return sqlstate.starts_with("57P"); }
  bool isReadOnly() const { return sqlstate == "25006"; }

  Kind kind;
  std::string sqlstate;
  // The server may have committed all the same.
  bool outcome_unknown;
};

// What the caller is told; `writes` says whether the statements could have changed anything.
sdk::Error toError(const Failure& failure, bool writes);

}  // namespace token_service::store_postgres
