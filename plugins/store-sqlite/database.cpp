#include "database.hpp"

#include "schema.hpp"
#include "statement.hpp"

#include <utility>

namespace token_service::store_sqlite {
namespace {

constexpr std::int64_t kSynchronousFull = 2;

std::string lockPath(const DatabaseFile& file) {
  file.requireUsable();
  file.makeFolder();
  return file.path() + ".lock";
}

std::string firstText(const Connection& connection, std::string_view sql) {
  Statement statement(connection, sql);
  Run run(statement);
  return run.nextRow() ? run.text(0) : std::string();
}

void makeDurable(Connection& connection) {
  const std::string journal = firstText(connection, "PRAGMA journal_mode = WAL");
  if (journal != "wal") {
    throw Refusal(sdk::ErrorCode::InvalidConfig, "cannot keep a write-ahead log (it stays at '" +
                                                     journal + "'): put it on a local disk");
  }
  connection.run("PRAGMA synchronous = FULL");
  const std::string synchronous = firstText(connection, "PRAGMA synchronous");
  if (synchronous != std::to_string(kSynchronousFull)) {
    throw Refusal(sdk::ErrorCode::InvalidConfig,
                  "cannot be made durable (synchronous stays at " + synchronous +
                      "): use an SQLite that allows synchronous = FULL");
  }
}

Connection openForWriting(DatabaseFile& file, sdk::Host& host) {
  file.makeFile();
  file.remember();
  Connection connection(file.path(), Connection::Access::ReadWrite);
  // Nothing of a database that is not ours may change, its journal mode included.
  requireKnownSchema(connection);
  makeDurable(connection);
  migrate(connection, host);
  return connection;
}

}  // namespace

Database::Database(DatabaseFile file, sdk::Host& host)
    : file_(std::move(file)),
      lock_(lockPath(file_)),
      write_connection_(openForWriting(file_, host)),
      writer_(write_connection_),
      readers_(file_.path()) {
  readers_.with(sdk::Deadline::max(), [](Reader& reader) {
    reader.probe();
    return true;
  });
}

void Database::check(sdk::Deadline deadline) {
  requireSameFile();
  read(deadline, [](Reader& reader) {
    reader.probe();
    return true;
  });
}

void Database::requireTime(sdk::Deadline deadline) {
  if (std::chrono::steady_clock::now() >= deadline) {
    throw sdk::Error(sdk::ErrorCode::Unavailable, "the deadline has passed");
  }
}

void Database::requireSameFile() const {
  if (!file_.isSame()) {
    throw sdk::Error(sdk::ErrorCode::Unavailable,
                     "the database file was removed or replaced while it was open: restart");
  }
}

}  // namespace token_service::store_sqlite
