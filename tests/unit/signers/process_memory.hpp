#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace token_service::signers_test {

// Bytes to look for in this process's memory, kept there in another form, so that they are not what
// is found.
class SoughtBytes {
 public:
  void push(char byte) { masked_.push_back(static_cast<char>(byte ^ kMask)); }
  std::size_t size() const { return masked_.size(); }

  SoughtBytes reversed() const {
    SoughtBytes result;
    result.masked_.assign(masked_.rbegin(), masked_.rend());
    return result;
  }

  int countIn(std::string_view memory) const {
    const auto first = static_cast<char>(masked_.front() ^ kMask);
    int count = 0;
    for (std::size_t at = memory.find(first);
         at != std::string_view::npos && memory.size() - at >= size();
         at = memory.find(first, at + 1)) {
      count += startsAt(memory.data() + at) ? 1 : 0;
    }
    return count;
  }

 private:
  bool startsAt(const char* memory) const {
    return std::equal(masked_.begin(), masked_.end(), memory, [](char masked, char found) {
      return static_cast<char>(masked ^ kMask) == found;
    });
  }

  static constexpr char kMask = 0x5a;

  std::string masked_;
};

// How often the bytes are in the memory that this process can write.
inline int countInMemory(const SoughtBytes& sought) {
  constexpr std::size_t kWindow = std::size_t{1} << 20;
  // Address space that a sanitizer reserves.
  constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 32;
  auto* window = static_cast<char*>(
      ::mmap(nullptr, kWindow, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  if (window == MAP_FAILED || memory < 0) {
    throw std::runtime_error("this process cannot read its own memory");
  }
  const auto own = reinterpret_cast<std::uint64_t>(window);
  std::ifstream maps("/proc/self/maps");
  int count = 0;
  for (std::string line; std::getline(maps, line);) {
    const std::size_t dash = line.find('-');
    const std::uint64_t start = std::stoull(line, nullptr, 16);
    const std::uint64_t end = std::stoull(line.substr(dash + 1), nullptr, 16);
    if (line.find(" rw") == std::string::npos || end - start > kTooLarge) {
      continue;
    }
    for (std::uint64_t at = start; at < end;) {
      if (at == own) {
        at += kWindow;
        continue;
      }
      // Up to this function's own window, should the kernel have joined it with a neighbour.
      const std::uint64_t stop = at < own && own < end ? own : end;
      const std::size_t wanted = std::min<std::uint64_t>(kWindow, stop - at);
      const ssize_t got = ::pread(memory, window, wanted, static_cast<off_t>(at));
      if (got <= 0) {
        break;
      }
      count += sought.countIn({window, static_cast<std::size_t>(got)});
      // What stands across two windows is seen in the second.
      const auto step = static_cast<std::uint64_t>(got);
      at += at + step < stop && step > sought.size() ? step - sought.size() + 1 : step;
    }
  }
  ::close(memory);
  ::munmap(window, kWindow);
  return count;
}

}  // namespace token_service::signers_test
