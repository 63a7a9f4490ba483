#pragma once

#include "change.hpp"
#include "connection.hpp"
#include "statement.hpp"
#include "token_service/sdk/store.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace token_service::store_sqlite {

/// The statements that write, on the one connection that writes. Used by one thread at a time,
/// inside a transaction; all functions add what they changed, and throw Failure.
class Writer {
 public:
  explicit Writer(Connection& connection);

  /// `session` is as it is to be stored, its version included.
  void create(const std::shared_ptr<const sdk::Session>& session, std::int64_t max_per_user,
              sdk::Time now, Changes& changes);
  sdk::ReplaceResult replace(std::int64_t expected_version, const sdk::Session& next, sdk::Time now,
                             Changes& changes);
  bool end(std::int64_t user_id, std::string_view session_id, sdk::Time now, Changes& changes);
  std::int64_t endAll(std::int64_t user_id, sdk::Time now, Changes& changes);
  std::int64_t purgeExpired(sdk::Time before, std::int64_t limit, Changes& changes);

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
