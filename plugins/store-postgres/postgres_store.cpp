#include "postgres_store.hpp"

#include "conninfo.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace token_service::store_postgres {
namespace {

constexpr std::size_t kLookupsAtOnce = 128;

void refuseStrayVariables(const DatabaseSettings& settings) {
  const std::optional<std::string> stray =
      strayVariable(connectionKeywords(settings, settings.hosts.front()));
  if (stray) {
    throw sdk::Error(sdk::ErrorCode::InvalidConfig,
                     "the environment variable " + *stray +
                         " would change the database connection behind the settings: unset it");
  }
}

}  // namespace

PostgresStore::PostgresStore(sdk::Settings& settings, sdk::Host& host, sdk::Mode mode)
    : settings_(readDatabaseSettings(settings)),
      admission_(settings_, host, mode),
      pool_(settings_, mode == sdk::Mode::Serve ? settings_.connections : 1, host,
            [this](Connection& connection) { admission_.admit(connection); }),
      single_(settings_, pool_, admission_) {
  refuseStrayVariables(settings_);
  std::optional<std::string> obstacle;
  try {
    pool_.connectFirst();
  } catch (const sdk::Error& error) {
    if (error.code() != sdk::ErrorCode::Unavailable || mode != sdk::Mode::Serve) {
      throw;
    }
    obstacle = error.what();
    const std::array<sdk::LogField, 1> fields = {{{"reason", *obstacle}}};
    host.log(sdk::LogLevel::Warning, "database cannot be used yet, trying again", fields);
  }
  pool_.start(std::move(obstacle));
  if (settings_.batching && mode == sdk::Mode::Serve) {
    // A third reads. The more transactions wait while the disk is busy, the more of them its next
    // flush makes durable; look-ups wait for no disk. A single connection is shared.
    const std::size_t readers = std::max<std::size_t>(settings_.connections / 3, 1);
    const std::size_t committers = std::max<std::size_t>(settings_.connections - readers, 1);
    commits_.emplace(settings_, pool_, single_, committers);
    lookups_.emplace(settings_, pool_, single_, readers);
  }
}

ChangeResult PostgresStore::apply(Change change, sdk::Deadline deadline) {
  return commits_ ? commits_->apply(std::move(change), deadline) : single_.apply(change, deadline);
}

void PostgresStore::create(const sdk::Session& session, std::int64_t max_per_user, sdk::Time now,
                           sdk::Deadline deadline) {
  apply(Create{session, max_per_user, now}, deadline);
}

std::optional<sdk::Session> PostgresStore::find(std::int64_t user_id, std::string_view session_id,
                                                sdk::Time now, sdk::Deadline deadline) {
  Find look_up{user_id, std::string(session_id), now};
  return lookups_ ? lookups_->find(std::move(look_up), deadline) : single_.find(look_up, deadline);
}

std::size_t PostgresStore::lookupsAtOnce() const { return lookups_ ? kLookupsAtOnce : 1; }

std::vector<std::optional<sdk::Session>> PostgresStore::findMany(
    std::span<const sdk::SessionKey> keys, sdk::Time now, sdk::Deadline deadline) {
  return lookups_ ? single_.findMany(keys, now, deadline) : Store::findMany(keys, now, deadline);
}

sdk::ReplaceResult PostgresStore::replace(std::int64_t expected_version, const sdk::Session& next,
                                          sdk::Time now, sdk::Deadline deadline) {
  return static_cast<sdk::ReplaceResult>(apply(Replace{expected_version, next, now}, deadline));
}

std::vector<sdk::Session> PostgresStore::list(std::int64_t user_id, sdk::Time now,
                                              sdk::Deadline deadline) {
  return single_.list(user_id, now, deadline);
}

bool PostgresStore::end(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                        sdk::Deadline deadline) {
  return apply(End{user_id, std::string(session_id), now}, deadline) > 0;
}

std::int64_t PostgresStore::endAll(std::int64_t user_id, sdk::Time now, sdk::Deadline deadline) {
  return apply(EndAll{user_id, now}, deadline);
}

std::int64_t PostgresStore::purgeExpired(sdk::Time before, std::int64_t limit,
                                         sdk::Deadline deadline) {
  return single_.purgeExpired(before, limit, deadline);
}

void PostgresStore::check(sdk::Deadline deadline) { single_.check(deadline); }

}  // namespace token_service::store_postgres
