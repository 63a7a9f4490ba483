#pragma once

#include "token_service/sdk/host.hpp"

#include <Poco/Data/Session.h>

#include <string>

struct sqlite3;

namespace token_service::store_sqlite {

/// Makes Poco know SQLite for as long as it lives. Poco counts the registrations of a process.
class ConnectorRegistration {
 public:
  ConnectorRegistration();
  ConnectorRegistration(const ConnectorRegistration&) = delete;
  ConnectorRegistration& operator=(const ConnectorRegistration&) = delete;
  ~ConnectorRegistration();
};

/// One connection to a database file that exists. Used by one thread at a time.
class Connection {
 public:
  enum class Access {
    ReadWrite,
    ReadOnly,
    /// For a file that nobody writes to: takes no lock and makes no file beside it.
    Frozen,
  };

  /// Throws Failure.
  Connection(const std::string& path, Access access);
  Connection(Connection&&) = default;

  /// How long a call waits for a lock that another program holds: until the deadline, but no more
  /// than a second.
  void waitForLocksUntil(sdk::Deadline deadline);

  /// Runs statements that give no rows. Throws Failure.
  void run(const char* sql);

  sqlite3* handle() const { return handle_; }

 private:
  Poco::Data::Session session_;
  sqlite3* handle_;
};

}  // namespace token_service::store_sqlite
