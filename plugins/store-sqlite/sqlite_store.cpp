#include "sqlite_store.hpp"

#include "database.hpp"
#include "database_file.hpp"
#include "failure.hpp"
#include "schema.hpp"

#include <string>

namespace token_service::store_sqlite {
namespace {

void requirePlainPath(std::string_view written) {
  if (written.starts_with("file:") || written.find('?') != std::string_view::npos) {
    throw Refusal(sdk::ErrorCode::InvalidConfig,
                  "must be a plain path, not a URI: leave out 'file:' and '?'");
  }
  if (written.starts_with(":memory:")) {
    throw Refusal(sdk::ErrorCode::InvalidConfig,
                  "must be a file, for sessions in memory would end with the process");
  }
}

void requireReadable(const DatabaseFile& file) {
  file.requireUsable();
  if (file.exists()) {
    // Without a log nobody writes to the file, and only then may it be read without making one.
    const auto access = file.hasLog() ? Connection::Access::ReadOnly : Connection::Access::Frozen;
    if (requireKnownSchema(Connection(file.path(), access)) == newestSchema()) {
      Reader(file.path(), access).probe();
    }
  }
}

}  // namespace

SqliteStore::SqliteStore(sdk::Settings& settings, sdk::Host& host, sdk::Mode mode) {
  const std::string path = settings.path("path");
  settings.finish();
  const auto refuse = [&](const Refusal& refusal) {
    settings.problem("path", refusal.what(), refusal.code());
    settings.finish();
  };
  try {
    requirePlainPath(settings.string("path"));
    if (mode == sdk::Mode::Check) {
      requireReadable(DatabaseFile(path));
    } else {
      database_ = std::make_unique<Database>(DatabaseFile(path), host);
    }
  } catch (const Refusal& refusal) {
    refuse(refusal);
  } catch (const Failure& failure) {
    refuse(Refusal(failure));
  }
}

SqliteStore::~SqliteStore() = default;

void SqliteStore::create(const sdk::Session& session, std::int64_t max_per_user, sdk::Time now,
                         sdk::Deadline deadline) {
  database().write(deadline, [&](Writer& writer) {
    writer.create(session, max_per_user, now);
    return true;
  });
}

std::optional<sdk::Session> SqliteStore::find(std::int64_t user_id, std::string_view session_id,
                                              sdk::Time now, sdk::Deadline deadline) {
  return database().read(deadline,
                         [&](Reader& reader) { return reader.find(user_id, session_id, now); });
}

sdk::ReplaceResult SqliteStore::replace(std::int64_t expected_version, const sdk::Session& next,
                                        sdk::Time now, sdk::Deadline deadline) {
  return database().write(
      deadline, [&](Writer& writer) { return writer.replace(expected_version, next, now); });
}

std::vector<sdk::Session> SqliteStore::list(std::int64_t user_id, sdk::Time now,
                                            sdk::Deadline deadline) {
  return database().read(deadline, [&](Reader& reader) { return reader.list(user_id, now); });
}

bool SqliteStore::end(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                      sdk::Deadline deadline) {
  return database().write(deadline,
                          [&](Writer& writer) { return writer.end(user_id, session_id, now); });
}

std::int64_t SqliteStore::endAll(std::int64_t user_id, sdk::Time now, sdk::Deadline deadline) {
  return database().write(deadline, [&](Writer& writer) { return writer.endAll(user_id, now); });
}

std::int64_t SqliteStore::purgeExpired(sdk::Time before, std::int64_t limit,
                                       sdk::Deadline deadline) {
  return database().write(deadline,
                          [&](Writer& writer) { return writer.purgeExpired(before, limit); });
}

void SqliteStore::check(sdk::Deadline deadline) {
  if (database_ != nullptr) {
    database_->check(deadline);
  }
}

Database& SqliteStore::database() const {
  if (database_ == nullptr) {
    throw sdk::Error(sdk::ErrorCode::Internal, "the store was made only to be checked");
  }
  return *database_;
}

}  // namespace token_service::store_sqlite
