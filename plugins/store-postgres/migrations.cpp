#include "migrations.hpp"

#include "failure.hpp"

#include <array>
#include <vector>

namespace token_service::store_postgres {
namespace {

struct Migration {
  // The oldest program's schema version that can live with the change.
  std::int64_t oldest_compatible;
  std::vector<const char*> statements;
};

// Number n brings version n - 1 to n. Never change one that was released: add the next.
const std::array<Migration, 1> kMigrations = {{
    {1,
     {"CREATE TABLE user_tokens ("
      " id bigint NOT NULL,"
      " session_id text COLLATE \"C\" NOT NULL,"
      " username text NOT NULL,"
      " token_data json NOT NULL,"
      " created_at bigint NOT NULL,"
      " expires_at bigint NOT NULL,"
      " version bigint NOT NULL,"
      " PRIMARY KEY (id, session_id))",
      "CREATE INDEX user_tokens_expires_at ON user_tokens (expires_at)"}},
}};

constexpr const char* kHasTable = "SELECT to_regclass('schema_migrations') IS NOT NULL";
constexpr const char* kMayRead = "SELECT has_table_privilege('schema_migrations', 'SELECT')";
constexpr const char* kReadVersion =
    "SELECT coalesce(max(version), 0), coalesce(max(coalesce(oldest_compatible, version)), 0)"
    " FROM schema_migrations";

Schema schemaOf(const Rows& rows) { return {rows.integer(0, 0), rows.integer(0, 1)}; }

// Opens a transaction that nobody else can be in; two-number advisory locks are ours, the
// one-number ones are the users'.
Schema beginAlone(Connection& connection, sdk::Deadline deadline) {
  const std::array<Call, 5> calls = {
      Call::query("BEGIN"),
      Call::query("SELECT set_config('lock_timeout', '20s', true),"
                  " set_config('statement_timeout', '60s', true),"
                  " set_config('client_min_messages', 'warning', true)"),
      Call::query("SELECT pg_advisory_xact_lock(1953459315, 1)"),
      Call::query("CREATE TABLE IF NOT EXISTS schema_migrations ("
                  " version bigint PRIMARY KEY,"
                  " oldest_compatible bigint,"
                  " applied_at timestamptz NOT NULL DEFAULT now())"),
      Call::query(kReadVersion)};
  return schemaOf(connection.run(calls, deadline).back());
}

void applyAndCommit(Connection& connection, std::int64_t version, sdk::Deadline deadline) {
  const Migration& migration = kMigrations.at(static_cast<std::size_t>(version - 1));
  std::vector<Call> calls;
  for (const char* sql : migration.statements) {
    calls.push_back(Call::query(sql));
  }
  calls.push_back(
      Call::query("INSERT INTO schema_migrations (version, oldest_compatible)"
                  " VALUES ($1::bigint, $2::bigint)",
                  {version, migration.oldest_compatible}));
  calls.push_back(Call::query("COMMIT"));
  connection.run(calls, deadline);
}

void commit(Connection& connection, sdk::Deadline deadline) {
  const Call call = Call::query("COMMIT");
  connection.run({&call, 1}, deadline);
}

sdk::Error refusal(const Failure& failure, const DatabaseSettings& settings) {
  const std::string where = describeDatabase(settings);
  if (failure.sqlstate == "42501" || failure.sqlstate == "3F000") {
    return {sdk::ErrorCode::InvalidConfig,
            "user '" + settings.user + "' may not create tables in " + where + " (SQLSTATE " +
                failure.sqlstate +
                "): grant CREATE on the schema, or run 'migrate' once as a role that may"};
  }
  if (failure.sqlstate == "42P07") {
    return {sdk::ErrorCode::InvalidConfig,
            where +
                " has a table or index user_tokens that this program did not make (SQLSTATE "
                "42P07): rename it or use another database"};
  }
  return toError(failure, false);
}

}  // namespace

const std::int64_t kSchemaVersion = static_cast<std::int64_t>(kMigrations.size());

Schema readSchema(Connection& connection, const DatabaseSettings& settings,
                  sdk::Deadline deadline) {
  const Call has_table = Call::query(kHasTable);
  if (!connection.run({&has_table, 1}, deadline).front().flag(0, 0)) {
    return {};
  }
  const Call may_read = Call::query(kMayRead);
  if (!connection.run({&may_read, 1}, deadline).front().flag(0, 0)) {
    throw sdk::Error(sdk::ErrorCode::InvalidConfig,
                     "user '" + settings.user + "' lacks SELECT on table schema_migrations in " +
                         describeDatabase(settings) + ": grant it");
  }
  const Call read = Call::query(kReadVersion);
  return schemaOf(connection.run({&read, 1}, deadline).front());
}

void refuseNewerSchema(const Schema& schema, const DatabaseSettings& settings) {
  if (schema.version > kSchemaVersion && schema.oldest_compatible > kSchemaVersion) {
    throw sdk::Error(sdk::ErrorCode::InvalidConfig,
                     describeDatabase(settings) + " has schema version " +
                         std::to_string(schema.version) + ", this program knows version " +
                         std::to_string(kSchemaVersion) + ": install a newer program");
  }
}

std::int64_t migrate(Connection& connection, const DatabaseSettings& settings,
                     sdk::Deadline deadline) {
  try {
    const Schema found = readSchema(connection, settings, deadline);
    Schema present = found;
    while (present.version < kSchemaVersion) {
      present = beginAlone(connection, deadline);
      if (present.version < kSchemaVersion) {
        applyAndCommit(connection, ++present.version, deadline);
      } else {
        commit(connection, deadline);
      }
    }
    refuseNewerSchema(present, settings);
    return found.version;
  } catch (const Failure& failure) {
    throw refusal(failure, settings);
  }
}

}  // namespace token_service::store_postgres
