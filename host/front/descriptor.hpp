#pragma once

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace token_service::front {

// A file descriptor, closed with its owner.
class Descriptor {
 public:
  // What the system call `what` has returned. Throws std::system_error if that was no descriptor.
  Descriptor(int descriptor, const char* what) : descriptor_(descriptor) {
    if (descriptor_ < 0) {
      throw std::system_error(errno, std::generic_category(), what);
    }
  }
  ~Descriptor() { ::close(descriptor_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return descriptor_; }

 private:
  const int descriptor_;
};

}  // namespace token_service::front
