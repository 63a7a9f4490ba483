#pragma once

#include "call.hpp"
#include "database_settings.hpp"
#include "rows.hpp"

#include <libpq-fe.h>

#include <memory>
#include <span>
#include <vector>

namespace token_service::store_postgres {

// One connection to the database, in libpq's non-blocking pipeline mode. Used by one thread at a
// time.
class Connection {
 public:
  // Connects to the first host that accepts us and may write. Throws sdk::Error: InvalidConfig if a
  // server says that user, password or database are wrong, otherwise Unavailable.
  static std::unique_ptr<Connection> open(const DatabaseSettings& settings, sdk::Deadline deadline);

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Sends all statements at once and waits for all answers; returns one Rows for each. Throws
  // Failure for the first that failed; then none of those after it ran, and a transaction that they
  // opened is rolled back.
  std::vector<Rows> run(std::span<const Call> calls, sdk::Deadline deadline);

  // False if the server closed the connection, or said anything at all, since the last answer.
  bool isQuiet() const;

  // False once the connection cannot be used any more.
  bool isUsable() const { return usable_; }
  void abandon() { usable_ = false; }

  // The server warned of something during the last `run`. After a write that is grave: it warns
  // when it stops waiting for a synchronous standby, and then answers as if all were well.
  bool hasWarned() const { return warned_; }

  int serverVersion() const { return PQserverVersion(connection_.get()); }

 private:
  Connection(const DatabaseSettings& settings, const std::string& host, sdk::Deadline deadline);

  void connect(const DatabaseSettings& settings, const std::string& host, sdk::Deadline deadline);
  std::vector<Rows> runBatch(std::span<const Call> calls, sdk::Deadline deadline);
  bool send(const Call& call);
  PGresult* nextResult(sdk::Deadline deadline);
  void rollBack(sdk::Deadline deadline);

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
  bool usable_ = true;
  bool warned_ = false;
};

}  // namespace token_service::store_postgres
