#include "signing/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace token_service::signing {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  int number() const { return number_; }

 private:
  int number_;
};

int syncFolder(const std::string& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return descriptor.number() >= 0 && ::fsync(descriptor.number()) == 0 ? 0 : errno;
}

int makeFolder(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0) {
    return errno == EEXIST ? 0 : errno;
  }
  return syncFolder(folderOf(folder));
}

int writeAll(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = ::write(file, content.data(), content.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return errno;
    }
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fchmod(file, 0600) == 0 && ::fsync(file) == 0 ? 0 : errno;
}

}  // namespace

std::string folderOf(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) {
    return ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

int tryMakingFile(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode)) {
    return EEXIST;
  }
  std::string folder = folderOf(path);
  if (::access(folder.c_str(), F_OK) != 0 && errno == ENOENT) {
    folder = folderOf(folder);
  }
  return ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

int makeFile(const std::string& path, std::string_view content) {
  const std::string folder = folderOf(path);
  if (const int error = makeFolder(folder); error != 0) {
    return error;
  }
  std::string temporary = path + ".new-XXXXXX";
  int error = 0;
  {
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (file.number() < 0) {
      return errno;
    }
    error = writeAll(file.number(), content);
  }
  // link, unlike rename, refuses a name that is taken.
  if (error == 0 && ::link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    error = errno;
  }
  ::unlink(temporary.c_str());
  return error != 0 ? error : syncFolder(folder);
}

}  // namespace token_service::signing
