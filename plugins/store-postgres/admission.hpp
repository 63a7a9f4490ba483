#pragma once

#include "connection.hpp"
#include "token_service/sdk/abi.hpp"

#include <atomic>

namespace token_service::store_postgres {

// What a fresh connection must pass before it may serve: the server keeps what it acknowledges, the
// schema is ours (made so, if the mode allows it), the role may do its work, all statements are
// prepared. Called by one thread at a time.
class Admission {
 public:
  Admission(const DatabaseSettings& settings, sdk::Host& host, sdk::Mode mode);

  // Throws sdk::Error: InvalidConfig or Unavailable.
  void admit(Connection& connection);

  // Whether the tables are there; false only in Mode::Check.
  bool hasTables() const { return has_tables_; }

 private:
  void checkServer(Connection& connection, sdk::Deadline deadline);
  void checkRoom(std::int64_t max_connections) const;
  void settleSchema(Connection& connection, sdk::Deadline deadline);
  void inspectSchema(Connection& connection, sdk::Deadline deadline);
  void checkCreateRight(Connection& connection, sdk::Deadline deadline);
  void checkTableRights(Connection& connection, sdk::Deadline deadline);
  void prepareStatements(Connection& connection, sdk::Deadline deadline);

  const DatabaseSettings& settings_;
  sdk::Host& host_;
  const sdk::Mode mode_;
  bool schema_settled_ = false;
  std::atomic<bool> has_tables_ = false;
};

}  // namespace token_service::store_postgres
