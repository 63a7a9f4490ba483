#pragma once

#include "statement.hpp"

#include <cstdint>

namespace token_service::store_sqlite {

/// Notices that another program wrote to the database, on the connection that does all writes of
/// this one. Used by one thread at a time.
class ForeignWrites {
 public:
  explicit ForeignWrites(const Connection& connection);

  /// Whether there may have been any since the last call.
  bool happened() noexcept;

 private:
  std::int64_t read();

  Statement data_version_;
  std::int64_t last_;
};

}  // namespace token_service::store_sqlite
