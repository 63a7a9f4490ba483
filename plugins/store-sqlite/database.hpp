#pragma once

#include "connection.hpp"
#include "database_file.hpp"
#include "failure.hpp"
#include "process_lock.hpp"
#include "readers.hpp"
#include "token_service/sdk/host.hpp"
#include "transaction.hpp"
#include "writer.hpp"

#include <chrono>
#include <mutex>
#include <string>

namespace token_service::store_sqlite {

/// A database that is open to be worked with: locked against other processes, at the present
/// schema, durable. All functions may be called from many threads at once and throw sdk::Error.
class Database {
 public:
  /// Makes what is missing. Throws Refusal and Failure.
  Database(DatabaseFile file, sdk::Host& host);

  /// What `work(writer)` gives, in a transaction that is durable on return.
  template <typename Work>
  auto write(sdk::Deadline deadline, Work work) {
    requireTime(deadline);
    const std::unique_lock lock(writing_, deadline);
    if (!lock.owns_lock()) {
      throw sdk::Error(sdk::ErrorCode::Unavailable,
                       "other writes did not finish before the deadline");
    }
    requireSameFile();
    try {
      write_connection_.waitForLocksUntil(deadline);
      Transaction transaction(write_connection_);
      auto result = work(writer_);
      requireTime(deadline);
      transaction.commit();
      return result;
    } catch (const Failure& failure) {
      throw operationError(failure);
    }
  }

  /// What `work(reader)` gives.
  template <typename Work>
  auto read(sdk::Deadline deadline, Work work) {
    requireTime(deadline);
    return readers_.with(deadline, [&](Reader& reader) {
      try {
        reader.waitForLocksUntil(deadline);
        return work(reader);
      } catch (const Failure& failure) {
        throw operationError(failure);
      }
    });
  }

  void check(sdk::Deadline deadline);

 private:
  static void requireTime(sdk::Deadline deadline);
  void requireSameFile() const;

  DatabaseFile file_;
  ProcessLock lock_;
  // The only one that writes and that moves the log into the database: SQLite before 3.51.3 can
  // lose data when two do. It closes last.
  Connection write_connection_;
  std::timed_mutex writing_;
  Writer writer_;
  Readers readers_;
};

}  // namespace token_service::store_sqlite
