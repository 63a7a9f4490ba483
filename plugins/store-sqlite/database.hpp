#pragma once

#include "connection.hpp"
#include "database_file.hpp"
#include "failure.hpp"
#include "file_watch.hpp"
#include "group_commit.hpp"
#include "process_lock.hpp"
#include "readers.hpp"
#include "session_cache.hpp"
#include "token_service/sdk/host.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace token_service::store_sqlite {

/// A database that is open to be worked with: locked against other processes, at the present
/// schema, durable. All functions may be called from many threads at once and throw sdk::Error.
class Database {
 public:
  /// Makes what is missing. Keeps up to `most_in_memory` sessions in memory. Throws Refusal and
  /// Failure.
  Database(DatabaseFile file, std::size_t most_in_memory, sdk::Host& host);

  /// What `work(writer, changes)` gives, in a transaction that is durable on return. `work` holds
  /// copies of what it needs.
  template <typename Work>
  auto write(sdk::Deadline deadline, Work work) {
    requireTime(deadline);
    return group_commit_.run(deadline, std::move(work));
  }

  /// What `work(reader)` gives.
  template <typename Work>
  auto read(sdk::Deadline deadline, Work work) {
    requireTime(deadline);
    file_watch_.requireSeenInPlace();
    return readers_.with(deadline, [&](Reader& reader) {
      try {
        reader.waitForLocksUntil(deadline);
        return work(reader);
      } catch (const Failure& failure) {
        if (failure.isDamage()) {
          cache_.forgetAll();
        }
        throw operationError(failure);
      }
    });
  }

  std::optional<sdk::Session> find(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                                   sdk::Deadline deadline);

  /// What `find` would give, if that is a session and it is in memory. Never waits.
  std::optional<sdk::Session> recall(std::int64_t user_id, std::string_view session_id,
                                     sdk::Time now);

  void check(sdk::Deadline deadline);

 private:
  static void requireTime(sdk::Deadline deadline);

  DatabaseFile file_;
  ProcessLock lock_;
  // The only one that writes and that moves the log into the database: SQLite before 3.51.3 can
  // lose data when two do. It closes last.
  Connection write_connection_;
  SessionCache cache_;
  FileWatch file_watch_;
  Readers readers_;
  GroupCommit group_commit_;
};

}  // namespace token_service::store_sqlite
