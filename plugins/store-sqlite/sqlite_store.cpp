#include "sqlite_store.hpp"

#include "database.hpp"
#include "database_file.hpp"
#include "failure.hpp"
#include "schema.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace token_service::store_sqlite {
namespace {

// Of 650 bytes each, as a rule.
constexpr std::int64_t kMostInMemory = 20'000;
constexpr std::int64_t kMostInMemoryAllowed = 10'000'000;
// A purge shares its transactions with what waits meanwhile, so they must not last long.
constexpr std::int64_t kMostInOnePurge = 100;

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
  const std::int64_t most_in_memory =
      settings.integer("cache_sessions", kMostInMemory, 0, kMostInMemoryAllowed);
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
      database_ = std::make_unique<Database>(DatabaseFile(path),
                                             static_cast<std::size_t>(most_in_memory), host);
      has_memory_ = most_in_memory > 0;
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
  auto stored = std::make_shared<sdk::Session>(session);
  stored->version = 1;
  database().write(
      deadline, [stored = std::move(stored), max_per_user, now](Writer& writer, Changes& changes) {
        writer.create(stored, max_per_user, now, changes);
        return true;
      });
}

std::optional<sdk::Session> SqliteStore::find(std::int64_t user_id, std::string_view session_id,
                                              sdk::Time now, sdk::Deadline deadline) {
  return database().find(user_id, session_id, now, deadline);
}

sdk::ReplaceResult SqliteStore::replace(std::int64_t expected_version, const sdk::Session& next,
                                        sdk::Time now, sdk::Deadline deadline) {
  return database().write(deadline,
                          [expected_version, next, now](Writer& writer, Changes& changes) {
                            return writer.replace(expected_version, next, now, changes);
                          });
}

std::vector<sdk::Session> SqliteStore::list(std::int64_t user_id, sdk::Time now,
                                            sdk::Deadline deadline) {
  return database().read(deadline, [&](Reader& reader) { return reader.list(user_id, now); });
}

bool SqliteStore::end(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                      sdk::Deadline deadline) {
  return database().write(
      deadline, [user_id, id = std::string(session_id), now](Writer& writer, Changes& changes) {
        return writer.end(user_id, id, now, changes);
      });
}

std::int64_t SqliteStore::endAll(std::int64_t user_id, sdk::Time now, sdk::Deadline deadline) {
  return database().write(deadline, [user_id, now](Writer& writer, Changes& changes) {
    return writer.endAll(user_id, now, changes);
  });
}

std::int64_t SqliteStore::purgeExpired(sdk::Time before, std::int64_t limit,
                                       sdk::Deadline deadline) {
  std::int64_t total = 0;
  std::int64_t removed = 0;
  std::int64_t most = 0;
  do {
    most = std::min(limit - total, kMostInOnePurge);
    try {
      removed = database().write(deadline, [before, most](Writer& writer, Changes& changes) {
        return writer.purgeExpired(before, most, changes);
      });
    } catch (const sdk::Error& error) {
      // Unavailable would say that nothing was removed.
      if (error.code() == sdk::ErrorCode::Unavailable && total > 0) {
        return total;
      }
      throw;
    }
    total += removed;
  } while (removed == most && total < limit);
  return total;
}

void SqliteStore::check(sdk::Deadline deadline) {
  if (database_ != nullptr) {
    database_->check(deadline);
  }
}

std::optional<sdk::Session> SqliteStore::recall(std::int64_t user_id, std::string_view session_id,
                                                sdk::Time now) {
  return database().recall(user_id, session_id, now);
}

Database& SqliteStore::database() const {
  if (database_ == nullptr) {
    throw sdk::Error(sdk::ErrorCode::Internal, "the store was made only to be checked");
  }
  return *database_;
}

}  // namespace token_service::store_sqlite
