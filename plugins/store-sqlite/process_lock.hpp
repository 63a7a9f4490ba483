#pragma once

#include <string>

namespace token_service::store_sqlite {

/// Keeps every other process that asks for the same lock away from the database, until it ends or
/// this object does.
class ProcessLock {
 public:
  /// Makes the file (0600) if need be. Throws Refusal.
  explicit ProcessLock(const std::string& path);
  ProcessLock(const ProcessLock&) = delete;
  ProcessLock& operator=(const ProcessLock&) = delete;
  ~ProcessLock();

 private:
  int file_;
};

}  // namespace token_service::store_sqlite
