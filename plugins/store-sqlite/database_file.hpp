#pragma once

#include <sys/types.h>

#include <string>

namespace token_service::store_sqlite {

/// The file that holds the database, and its folder. Never opens a file that exists: closing it
/// would drop the locks that SQLite holds on it in this process.
class DatabaseFile {
 public:
  /// Follows links, so that every way to the file leads to the same lock.
  explicit DatabaseFile(const std::string& path);

  const std::string& path() const { return path_; }

  /// Throws Refusal if the file cannot be used, or could not be made. Changes nothing.
  void requireUsable() const;

  bool exists() const;

  /// Whether SQLite's log stands beside it: a service is running or was killed.
  bool hasLog() const;

  /// Makes the folder (0700) if it is missing. Throws Refusal.
  void makeFolder() const;

  /// Makes an empty file (0600) if it is missing. Throws Refusal.
  void makeFile() const;

  /// Remembers which file the path leads to.
  void remember();

  /// Whether the path still leads to the file remembered.
  bool isSame() const;

 private:
  std::string path_;
  std::string folder_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace token_service::store_sqlite
