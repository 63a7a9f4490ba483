#include "schema.hpp"

#include "connection.hpp"
#include "failure.hpp"
#include "statement.hpp"
#include "transaction.hpp"

#include <array>
#include <string>

namespace token_service::store_sqlite {
namespace {

// Version n is the n-th of these. What has been released never changes.
constexpr std::array<const char*, 1> kMigrations = {
    R"(
      CREATE TABLE user_tokens (
        id bigint NOT NULL,
        session_id text NOT NULL,
        username text NOT NULL,
        token_data json NOT NULL,
        created_at integer NOT NULL,
        expires_at integer NOT NULL,
        version integer NOT NULL,
        PRIMARY KEY (id, session_id)
      ) WITHOUT ROWID;
      CREATE INDEX user_tokens_expires_at ON user_tokens (expires_at);
    )",
};

bool hasTable(const Connection& connection, std::string_view name) {
  Statement statement(connection, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1");
  Run run(statement, name);
  return run.nextRow();
}

std::int64_t readVersion(const Connection& connection) {
  if (!hasTable(connection, "schema_migrations")) {
    return 0;
  }
  Statement statement(connection, "SELECT coalesce(max(version), 0) FROM schema_migrations");
  Run run(statement);
  run.nextRow();
  return run.integer(0);
}

}  // namespace

std::int64_t newestSchema() { return kMigrations.size(); }

std::int64_t requireKnownSchema(const Connection& connection) {
  const std::int64_t version = readVersion(connection);
  if (version > newestSchema()) {
    throw Refusal(sdk::ErrorCode::InvalidConfig,
                  "has schema version " + std::to_string(version) +
                      ", and this build knows versions up to " + std::to_string(newestSchema()) +
                      ": install the newer token service, or name another file");
  }
  if (version == 0 && hasTable(connection, "user_tokens")) {
    throw Refusal(sdk::ErrorCode::InvalidConfig,
                  "has a table user_tokens that this service did not make: name another file");
  }
  return version;
}

void migrate(Connection& connection, sdk::Host& host) {
  Transaction transaction(connection);
  const std::int64_t found = requireKnownSchema(connection);
  if (found == newestSchema()) {
    return;
  }
  connection.run(
      "CREATE TABLE IF NOT EXISTS schema_migrations ("
      "version integer NOT NULL PRIMARY KEY, applied_at integer NOT NULL)");
  Statement record(connection,
                   "INSERT INTO schema_migrations (version, applied_at) VALUES (?1, ?2)");
  for (std::int64_t version = found + 1; version <= newestSchema(); ++version) {
    connection.run(kMigrations.at(static_cast<std::size_t>(version - 1)));
    Run(record, version, host.now()).nextRow();
  }
  transaction.commit();

  const std::string from = std::to_string(found);
  const std::string to = std::to_string(newestSchema());
  const sdk::LogField fields[] = {{"from", from}, {"to", to}};
  host.log(sdk::LogLevel::Info, "database schema migrated", fields);
}

}  // namespace token_service::store_sqlite
