#include "failure.hpp"

#include <sqlite3.h>

namespace token_service::store_sqlite {
namespace {

sdk::ErrorCode refusalCode(const Failure& failure) {
  switch (failure.code()) {
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return sdk::ErrorCode::PermissionDenied;
    default:
      return sdk::ErrorCode::InvalidConfig;
  }
}

std::string refusalSentence(const Failure& failure) {
  switch (failure.code()) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "is not an SQLite database or is damaged: restore it from a backup, or name another "
             "file";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "is locked by another program: end that program";
    case SQLITE_ERROR:
      return "does not hold the tables that its schema version promises: restore it from a backup, "
             "or name another file";
    default:
      return "cannot be used: " + std::string(failure.what());
  }
}

}  // namespace

const char* Failure::what() const noexcept { return sqlite3_errstr(code_); }

bool Failure::isDamage() const noexcept {
  return code() == SQLITE_CORRUPT || code() == SQLITE_NOTADB;
}

Refusal::Refusal(const Failure& failure)
    : Refusal(refusalCode(failure), refusalSentence(failure)) {}

sdk::Error operationError(const Failure& failure) {
  const std::string what = "the database failed: " + std::string(failure.what()) + " (code " +
                           std::to_string(failure.extendedCode()) + ")";
  switch (failure.code()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {sdk::ErrorCode::Unavailable, what};
    default:
      return {sdk::ErrorCode::Internal, what};
  }
}

}  // namespace token_service::store_sqlite
