#pragma once

#include "token_service/sdk/host.hpp"

namespace token_service::store_sqlite {

class Connection;

/// A transaction that may write from its first moment on, so that it never has to give up half-way
/// because another one wrote. Rolled back unless committed.
class Transaction {
 public:
  /// Throws Failure.
  explicit Transaction(Connection& connection);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  /// Makes everything durable. Throws sdk::Error: Unavailable if it is certain that nothing was
  /// written, Timeout if it is not.
  void commit();

 private:
  Connection& connection_;
};

}  // namespace token_service::store_sqlite
