#pragma once

#include "connection.hpp"
#include "statement.hpp"
#include "token_service/sdk/store.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace token_service::store_sqlite {

/// The statements that write, on the one connection that writes. Used by one thread at a time,
/// inside a transaction; all functions throw Failure.
class Writer {
 public:
  explicit Writer(Connection& connection);

  void create(const sdk::Session& session, std::int64_t max_per_user, sdk::Time now);
  sdk::ReplaceResult replace(std::int64_t expected_version, const sdk::Session& next,
                             sdk::Time now);
  bool end(std::int64_t user_id, std::string_view session_id, sdk::Time now);
  std::int64_t endAll(std::int64_t user_id, sdk::Time now);
  std::int64_t purgeExpired(sdk::Time before, std::int64_t limit);

 private:
  /// Runs a statement without rows; returns how many rows it changed.
  template <typename... Values>
  std::int64_t change(Statement& statement, const Values&... values);

  Connection& connection_;
  Statement remove_expired_;
  Statement insert_;
  Statement trim_;
  Statement rename_;
  Statement replace_;
  Statement is_live_;
  Statement end_;
  Statement count_live_;
  Statement end_all_;
  Statement purge_;
};

}  // namespace token_service::store_sqlite
