#include "database_file.hpp"

#include "failure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

namespace token_service::store_sqlite {
namespace {

using sdk::ErrorCode;

ErrorCode codeOf(int error) {
  return error == EACCES || error == EPERM || error == EROFS ? ErrorCode::PermissionDenied
                                                             : ErrorCode::InvalidConfig;
}

/// Nothing if there is no such file.
std::optional<struct stat> statusOf(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    return status;
  }
  if (errno == ENOENT) {
    return std::nullopt;
  }
  throw Refusal(codeOf(errno), "cannot be reached: " + path + ": " + std::strerror(errno));
}

// The superuser may write to what nobody may write to, and should not.
void requireWritable(const std::string& path, const struct stat& status, int access,
                     const std::string& what) {
  constexpr mode_t kAnyWrite = 0222;
  if ((status.st_mode & kAnyWrite) == 0) {
    throw Refusal(ErrorCode::PermissionDenied, what + " is read-only: chmod u+w " + path);
  }
  if (::faccessat(AT_FDCWD, path.c_str(), access, AT_EACCESS) != 0) {
    throw Refusal(codeOf(errno), what + " must be writable by the user the service runs as: " +
                                     path + ": " + std::strerror(errno));
  }
}

void requireWritableFolder(const std::string& folder, const struct stat& status) {
  if (!S_ISDIR(status.st_mode)) {
    throw Refusal(ErrorCode::InvalidConfig,
                  "cannot be in " + folder + ", which is not a folder: name another path");
  }
  requireWritable(folder, status, R_OK | W_OK | X_OK, "its folder");
}

std::string canonical(const std::string& path) {
  std::error_code error;
  const std::filesystem::path result = std::filesystem::weakly_canonical(path, error);
  // What cannot be resolved cannot be opened either, and requireUsable says why.
  return error ? path : result.string();
}

}  // namespace

DatabaseFile::DatabaseFile(const std::string& path)
    : path_(canonical(path)), folder_(std::filesystem::path(path_).parent_path().string()) {}

void DatabaseFile::requireUsable() const {
  if (const auto status = statusOf(path_)) {
    if (S_ISDIR(status->st_mode)) {
      throw Refusal(ErrorCode::InvalidConfig,
                    "is a folder: name a file in it, such as " + path_ + "/token-service.db");
    }
    if (!S_ISREG(status->st_mode)) {
      throw Refusal(ErrorCode::InvalidConfig, "is not a regular file: name another path");
    }
    if ((status->st_mode & 0022) != 0) {
      throw Refusal(ErrorCode::PermissionDenied,
                    "may be written by others, who could bring ended sessions back: chmod 600 it");
    }
    requireWritable(path_, *status, R_OK | W_OK, "the file");
  }
  if (const auto folder = statusOf(folder_)) {
    requireWritableFolder(folder_, *folder);
    return;
  }
  const std::string parent = std::filesystem::path(folder_).parent_path().string();
  const auto status = statusOf(parent);
  if (!status) {
    throw Refusal(ErrorCode::InvalidConfig,
                  "is in a folder that cannot be made, for there is no " + parent + ": make it");
  }
  requireWritableFolder(parent, *status);
}

bool DatabaseFile::exists() const { return statusOf(path_).has_value(); }

bool DatabaseFile::hasLog() const {
  return statusOf(path_ + "-wal").has_value() && statusOf(path_ + "-shm").has_value();
}

void DatabaseFile::makeFolder() const {
  if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) {
    throw Refusal(codeOf(errno),
                  "is in a folder that cannot be made: " + folder_ + ": " + std::strerror(errno));
  }
}

void DatabaseFile::makeFile() const {
  const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
  } else if (errno != EEXIST) {
    throw Refusal(codeOf(errno), "cannot be made: " + path_ + ": " + std::strerror(errno));
  }
}

void DatabaseFile::remember() {
  if (const auto status = statusOf(path_)) {
    device_ = status->st_dev;
    inode_ = status->st_ino;
  }
}

bool DatabaseFile::isSame() const {
  struct stat status {};
  return ::stat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
}

}  // namespace token_service::store_sqlite
