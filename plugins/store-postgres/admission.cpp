#include "admission.hpp"

#include "failure.hpp"
#include "migrations.hpp"
#include "statements.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::store_postgres {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kMigrationTime{60};
constexpr std::array<std::string_view, 3> kDurabilitySettings = {"fsync", "full_page_writes",
                                                                 "synchronous_commit"};
constexpr std::array<std::string_view, 4> kRights = {"SELECT", "INSERT", "UPDATE", "DELETE"};

sdk::Error misconfigured(const std::string& what) { return {sdk::ErrorCode::InvalidConfig, what}; }

}  // namespace

Admission::Admission(const DatabaseSettings& settings, sdk::Host& host, sdk::Mode mode)
    : settings_(settings), host_(host), mode_(mode) {}

void Admission::admit(Connection& connection) {
  const sdk::Deadline deadline = Clock::now() + settings_.connect_timeout;
  try {
    checkServer(connection, deadline);
    if (!schema_settled_) {
      settleSchema(connection, deadline);
    }
    if (has_tables_) {
      checkTableRights(connection, Clock::now() + settings_.connect_timeout);
    }
    prepareStatements(connection, Clock::now() + settings_.connect_timeout);
    schema_settled_ = true;
  } catch (const Failure& failure) {
    const sdk::Error error = toError(failure, false);
    // Only a constructor may say InvalidConfig, so this is it or becomes Unavailable in the pool.
    throw error.code() == sdk::ErrorCode::Internal
        ? misconfigured(describeDatabase(settings_) + " does not fit this program: " + error.what())
        : error;
  }
}

void Admission::checkServer(Connection& connection, sdk::Deadline deadline) {
  // A server that does not know a setting (a PostgreSQL-compatible cluster) answers null.
  std::vector<Call> calls = {
      Call::query("SELECT current_setting('fsync', true), current_setting('full_page_writes', "
                  "true), current_setting('synchronous_commit', true), "
                  "coalesce(current_setting('max_connections', true)::bigint, 0)")};
  // Ends what runs for us once we have hung up: libpq's own cancel request has no time limit.
  constexpr int kFirstWithCheck = 140000;
  if (connection.serverVersion() >= kFirstWithCheck) {
    calls.push_back(
        Call::query("SELECT set_config('client_connection_check_interval', '500ms', false)"));
  }
  const std::vector<Rows> answers = connection.run(calls, deadline);
  for (std::size_t index = 0; index < kDurabilitySettings.size(); ++index) {
    if (answers.front().text(0, static_cast<int>(index)) == "off") {
      throw misconfigured(describeDatabase(settings_) + " has " +
                          std::string(kDurabilitySettings.at(index)) +
                          " off and would lose acknowledged log-outs in a crash: turn it on");
    }
  }
  checkRoom(answers.front().integer(0, static_cast<int>(kDurabilitySettings.size())));
}

void Admission::checkRoom(std::int64_t max_connections) const {
  if (max_connections > 0 && std::int64_t(settings_.connections) > max_connections) {
    throw misconfigured("connections is " + std::to_string(settings_.connections) + ", but " +
                        describeDatabase(settings_) + " has max_connections " +
                        std::to_string(max_connections) + ": lower the one or raise the other");
  }
}

void Admission::settleSchema(Connection& connection, sdk::Deadline deadline) {
  if (mode_ == sdk::Mode::Check) {
    inspectSchema(connection, deadline);
    return;
  }
  const std::int64_t found = migrate(connection, settings_, Clock::now() + kMigrationTime);
  if (found < kSchemaVersion) {
    const std::string from = std::to_string(found);
    const std::string to = std::to_string(kSchemaVersion);
    const std::array<sdk::LogField, 3> fields = {
        {{"database", settings_.database}, {"from", from}, {"to", to}}};
    host_.log(sdk::LogLevel::Info, "schema migrated", fields);
  }
  has_tables_ = true;
}

void Admission::inspectSchema(Connection& connection, sdk::Deadline deadline) {
  const Schema schema = readSchema(connection, settings_, deadline);
  refuseNewerSchema(schema, settings_);
  has_tables_ = schema.version >= kSchemaVersion;
  if (!has_tables_) {
    checkCreateRight(connection, deadline);
  }
  const std::string found = std::to_string(schema.version);
  const std::string known = std::to_string(kSchemaVersion);
  const std::array<sdk::LogField, 3> fields = {
      {{"database", settings_.database}, {"found", found}, {"known", known}}};
  host_.log(sdk::LogLevel::Info,
            has_tables_ ? "schema is up to date" : "schema will be migrated at start", fields);
}

void Admission::checkCreateRight(Connection& connection, sdk::Deadline deadline) {
  const Call right =
      Call::query("SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)");
  if (!connection.run({&right, 1}, deadline).front().flag(0, 0)) {
    throw misconfigured("user '" + settings_.user + "' may not create tables in " +
                        describeDatabase(settings_) +
                        ": grant CREATE on the schema, or run 'migrate' once as a role that may");
  }
}

void Admission::checkTableRights(Connection& connection, sdk::Deadline deadline) {
  const Call rights = Call::query(
      "SELECT has_table_privilege('user_tokens', 'SELECT'),"
      " has_table_privilege('user_tokens', 'INSERT'),"
      " has_table_privilege('user_tokens', 'UPDATE'),"
      " has_table_privilege('user_tokens', 'DELETE')");
  const std::vector<Rows> answer = connection.run({&rights, 1}, deadline);
  std::string missing;
  for (std::size_t index = 0; index < kRights.size(); ++index) {
    if (!answer.front().flag(0, static_cast<int>(index))) {
      missing.append(missing.empty() ? "" : ", ").append(kRights.at(index));
    }
  }
  if (!missing.empty()) {
    throw misconfigured("user '" + settings_.user + "' lacks " + missing +
                        " on table user_tokens in " + describeDatabase(settings_) + ": grant it");
  }
}

void Admission::prepareStatements(Connection& connection, sdk::Deadline deadline) {
  std::vector<Call> calls;
  const auto prepare = [&](std::span<const Statement* const> statements) {
    for (const Statement* statement : statements) {
      calls.push_back(Call::prepare(statement->name, statement->sql));
    }
  };
  prepare(kPlainStatements);
  if (has_tables_) {
    prepare(kTableStatements);
  }
  if (settings_.batching) {
    calls.push_back(Call::query(kPlanForIndex.sql));
    prepare(kBatchPlainStatements);
    if (has_tables_) {
      prepare(kBatchTableStatements);
    }
  }
  connection.run(calls, deadline);
}

}  // namespace token_service::store_postgres
