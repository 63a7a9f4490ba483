#include "transaction.hpp"

#include "connection.hpp"
#include "failure.hpp"

#include <sqlite3.h>

namespace token_service::store_sqlite {
namespace {

// The frame that completes a commit is the last thing that SQLite writes to the log, so a write
// that failed left no commit behind. A sync that failed may have.
bool certainlyNotCommitted(const Failure& failure) {
  return failure.code() == SQLITE_BUSY || failure.code() == SQLITE_FULL ||
         failure.extendedCode() == SQLITE_IOERR_WRITE;
}

}  // namespace

Transaction::Transaction(Connection& connection) : connection_(connection) {
  connection_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // Some failures make SQLite roll back by itself.
  if (sqlite3_get_autocommit(connection_.handle()) == 0) {
    sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  try {
    connection_.run("COMMIT");
  } catch (const Failure& failure) {
    if (certainlyNotCommitted(failure)) {
      throw operationError(failure);
    }
    throw sdk::Error(sdk::ErrorCode::Timeout,
                     "the outcome of a commit is unknown: " + std::string(failure.what()) +
                         " (code " + std::to_string(failure.extendedCode()) + ")");
  }
}

}  // namespace token_service::store_sqlite
