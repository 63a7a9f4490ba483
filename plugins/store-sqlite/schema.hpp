#pragma once

#include "token_service/sdk/host.hpp"

#include <cstdint>

namespace token_service::store_sqlite {

class Connection;

/// The newest schema that this build knows.
std::int64_t newestSchema();

/// The version of the database's schema; 0 for an empty database. Throws Refusal if this build
/// cannot work with what is there, Failure if it cannot be read. Changes nothing.
std::int64_t requireKnownSchema(const Connection& connection);

/// Applies the migrations that are missing, all or none. Throws Refusal and Failure.
void migrate(Connection& connection, sdk::Host& host);

}  // namespace token_service::store_sqlite
