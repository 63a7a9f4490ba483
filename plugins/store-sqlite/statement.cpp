#include "statement.hpp"

#include "connection.hpp"
#include "failure.hpp"

#include <sqlite3.h>

namespace token_service::store_sqlite {
namespace {

void require(int code) {
  if (code != SQLITE_OK) {
    throw Failure(code);
  }
}

}  // namespace

Statement::Statement(const Connection& connection, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  require(sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                             SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  statement_.reset(statement);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

// Both repeat or hide the outcome of the last step, which has been looked at.
void Run::Reset::operator()(sqlite3_stmt* statement) const {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

bool Run::nextRow() {
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    throw Failure(code);
  }
  return code == SQLITE_ROW;
}

std::int64_t Run::integer(int column) const { return sqlite3_column_int64(statement_, column); }

sdk::Time Run::time(int column) const {
  return sdk::Time(std::chrono::milliseconds(integer(column)));
}

std::string Run::text(int column) const {
  const void* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) {
    throw Failure(SQLITE_NOMEM);
  }
  return {static_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Run::bind(int index, std::int64_t value) {
  require(sqlite3_bind_int64(statement_, index, value));
}

void Run::bind(int index, std::string_view value) {
  // A null pointer would be bound as NULL.
  const char* const text = value.data() == nullptr ? "" : value.data();
  require(sqlite3_bind_text64(statement_, index, text, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

}  // namespace token_service::store_sqlite
