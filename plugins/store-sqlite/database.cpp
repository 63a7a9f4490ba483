#include "database.hpp"

#include "schema.hpp"
#include "statement.hpp"

#include <chrono>
#include <string>

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

Database::Database(DatabaseFile file, std::size_t most_in_memory, sdk::Host& host)
    : file_(std::move(file)),
      lock_(lockPath(file_)),
      write_connection_(openForWriting(file_, host)),
      cache_(most_in_memory),
      file_watch_(file_, host),
      readers_(file_.path()),
      group_commit_(write_connection_, cache_, file_watch_) {
  readers_.with(sdk::Deadline::max(), [](Reader& reader) {
    reader.probe();
    return true;
  });
}

std::optional<sdk::Session> Database::find(std::int64_t user_id, std::string_view session_id,
                                           sdk::Time now, sdk::Deadline deadline) {
  const std::optional<SessionCache::FillPromise> promise = cache_.promiseFill(user_id);
  std::optional<sdk::Session> session =
      read(deadline, [&](Reader& reader) { return reader.find(user_id, session_id, now); });
  if (promise && session) {
    cache_.fill(*promise, *session);
  }
  return session;
}

std::optional<sdk::Session> Database::recall(std::int64_t user_id, std::string_view session_id,
                                             sdk::Time now) {
  if (!file_watch_.wasInPlace()) {
    return std::nullopt;
  }
  return cache_.recall(user_id, session_id, now);
}

void Database::check(sdk::Deadline deadline) {
  file_watch_.look();
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

}  // namespace token_service::store_sqlite
