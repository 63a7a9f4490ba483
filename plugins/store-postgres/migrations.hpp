#pragma once

#include "connection.hpp"

#include <cstdint>
#include <string>

namespace token_service::store_postgres {

// The schema that this program knows.
extern const std::int64_t kSchemaVersion;

// What a database holds; version 0 is none.
struct Schema {
  std::int64_t version = 0;
  // The oldest program's schema version that may still work on this database.
  std::int64_t oldest_compatible = 0;
};

// Throws Failure, or sdk::Error (InvalidConfig) if the role may not look.
Schema readSchema(Connection& connection, const DatabaseSettings& settings, sdk::Deadline deadline);

// Throws sdk::Error (InvalidConfig) if the database was changed by a newer program that says we do
// not fit any more.
void refuseNewerSchema(const Schema& schema, const DatabaseSettings& settings);

// Brings the database to kSchemaVersion, one transaction for each step; returns the version found.
// Safe while others do the same. Throws Failure, or sdk::Error (InvalidConfig).
std::int64_t migrate(Connection& connection, const DatabaseSettings& settings,
                     sdk::Deadline deadline);

}  // namespace token_service::store_postgres
