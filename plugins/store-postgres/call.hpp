#pragma once

#include "token_service/sdk/host.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::store_postgres {

// A value in PostgreSQL's binary format: bigint big-endian, text and json as they are.
struct Parameter {
  Parameter(std::int64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<char>((static_cast<std::uint64_t>(number) >> shift) & 0xff));
    }
  }
  Parameter(sdk::Time time) : Parameter(std::int64_t{time.time_since_epoch().count()}) {}
  Parameter(std::string_view text) : bytes(text) {}

  std::string bytes;
};

// One statement of a batch.
struct Call {
  enum class Kind {
    // Runs a statement that `Prepare` named.
    Execute,
    // Gives `sql` a name.
    Prepare,
    // Parses and runs `sql`; for what happens once a connection.
    Query,
  };

  static Call execute(const char* name, std::vector<Parameter> parameters = {}) {
    return {Kind::Execute, name, "", std::move(parameters)};
  }
  static Call prepare(const char* name, const char* sql) { return {Kind::Prepare, name, sql, {}}; }
  static Call query(const char* sql, std::vector<Parameter> parameters = {}) {
    return {Kind::Query, "", sql, std::move(parameters)};
  }

  Kind kind;
  const char* name;
  const char* sql;
  std::vector<Parameter> parameters;
};

}  // namespace token_service::store_postgres
