#include "process_lock.hpp"

#include "failure.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace token_service::store_sqlite {

ProcessLock::ProcessLock(const std::string& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (file_ < 0) {
    throw Refusal(sdk::ErrorCode::PermissionDenied,
                  "cannot be locked with " + path + ": " + std::strerror(errno));
  }
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(file_);
    if (error == EWOULDBLOCK) {
      throw Refusal(sdk::ErrorCode::InvalidConfig,
                    "is in use by another process: end it, or give this one a database of its own");
    }
    throw Refusal(
        sdk::ErrorCode::InvalidConfig,
        "cannot be locked with " + path + ": " + std::strerror(error) + ": put it on a local disk");
  }
}

// The file stays: whoever removed it could remove the one that a third process has just locked.
ProcessLock::~ProcessLock() { ::close(file_); }

}  // namespace token_service::store_sqlite
