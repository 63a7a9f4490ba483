#pragma once

#include "token_service/sdk/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace token_service::store_postgres {

// Where the database is and how long to wait for it.
struct DatabaseSettings {
  std::vector<std::string> hosts;
  std::int64_t port = 5432;
  std::string database;
  std::string user;
  std::optional<std::string> password;
  std::string sslmode;
  std::optional<std::string> sslrootcert;
  std::size_t connections = 6;
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds statement_timeout{2000};
  // Whether operations of several users may share a statement or a transaction.
  bool batching = true;
};

// Reads and checks all settings. Throws sdk::Error with every problem.
DatabaseSettings readDatabaseSettings(sdk::Settings& settings);

// "database 'd' at 'host:port'", for messages.
std::string describeDatabase(const DatabaseSettings& settings);

}  // namespace token_service::store_postgres
