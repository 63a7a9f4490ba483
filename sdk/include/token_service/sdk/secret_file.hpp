#pragma once

#include "token_service/sdk/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace token_service::sdk {

/// What a secret file held, or why it may not be used.
struct SecretFile {
  enum class State : std::uint32_t { Read, Missing, Refused };

  State state = State::Missing;
  /// The file's bytes (Read).
  std::string content;
  /// Why not, and what to do (Missing, Refused); without the path and without the content.
  std::string problem;
  /// PermissionDenied or InvalidConfig (Missing, Refused).
  ErrorCode code = ErrorCode::InvalidConfig;
};

/// Reads a file that holds a key or a password: a regular file of at most 64 KiB that belongs to
/// this process's user or to root, with no access for others, no group write, and group read only
/// where root owns it (0600, or root's 0640). Checked on the opened file. Nobody else may be able
/// to put another file in its place: the folder is not writable by group or others, unless it is
/// sticky.
inline SecretFile readSecretFile(const std::string& path) {
  using State = SecretFile::State;
  constexpr off_t kLimit = 64 * 1024;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) {
      return {State::Missing, {}, "there is no such file", ErrorCode::InvalidConfig};
    }
    return {
        State::Refused,
        {},
        "cannot be opened: " + std::string(std::strerror(error)),
        error == EACCES || error == EPERM ? ErrorCode::PermissionDenied : ErrorCode::InvalidConfig};
  }
  struct Closer {
    int file;
    ~Closer() { ::close(file); }
  } closer{file};

  struct stat status {};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    return {State::Refused, {}, "is not a regular file", ErrorCode::InvalidConfig};
  }
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return {State::Refused,
            {},
            "must belong to root or to the user the service runs as: chown it",
            ErrorCode::PermissionDenied};
  }
  const mode_t loose = status.st_uid == 0 ? 0037 : 0077;
  if ((status.st_mode & loose) != 0) {
    return {State::Refused,
            {},
            "may be read or written by others: chmod 600 it",
            ErrorCode::PermissionDenied};
  }
  struct stat folder {};
  const std::size_t slash = path.rfind('/');
  const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (::stat(parent.c_str(), &folder) != 0 ||
      ((folder.st_mode & 0022) != 0 && (folder.st_mode & S_ISVTX) == 0)) {
    return {State::Refused,
            {},
            "is in a folder that others may write: chmod go-w the folder",
            ErrorCode::PermissionDenied};
  }
  if (status.st_size > kLimit) {
    return {State::Refused, {}, "is larger than 64 KiB", ErrorCode::InvalidConfig};
  }
  SecretFile result{State::Read, {}, {}, ErrorCode::InvalidConfig};
  result.content.resize(static_cast<std::size_t>(kLimit) + 1);
  std::size_t length = 0;
  while (length < result.content.size()) {
    const ssize_t count =
        ::read(file, result.content.data() + length, result.content.size() - length);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return {State::Refused,
              {},
              "cannot be read: " + std::string(std::strerror(errno)),
              ErrorCode::InvalidConfig};
    }
    if (count == 0) {
      break;
    }
    length += static_cast<std::size_t>(count);
  }
  result.content.resize(length);
  return result;
}

/// The content less one trailing newline, as editors leave it.
inline std::string withoutTrailingNewline(std::string content) {
  if (!content.empty() && content.back() == '\n') {
    content.pop_back();
  }
  return content;
}

}  // namespace token_service::sdk
