#pragma once

#include "database_file.hpp"
#include "token_service/sdk/host.hpp"

#include <atomic>

namespace token_service::store_sqlite {

/// Notices that the file of an open database was removed or replaced: what is written to it, or
/// known of it, is lost with the next start. Says so in the log. May be used by many threads at
/// once.
class FileWatch {
 public:
  /// `file` has been opened and remembered. Both must live as long as this object.
  FileWatch(const DatabaseFile& file, sdk::Host& host) : file_(file), host_(host) {}

  /// Whether it was in its place when somebody last looked.
  bool wasInPlace() const { return in_place_; }
  /// Throws sdk::Error if it was not.
  void requireSeenInPlace() const;

  /// Looks whether it is.
  bool look();

 private:
  const DatabaseFile& file_;
  sdk::Host& host_;
  std::atomic<bool> in_place_ = true;
};

}  // namespace token_service::store_sqlite
