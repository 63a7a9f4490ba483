#include "app/openssl_memory.hpp"

#include <malloc.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace token_service::app {
namespace {

extern "C" void* allocateForOpenSsl(std::size_t size, const char* /*file*/, int /*line*/) noexcept {
  return std::malloc(size);
}

extern "C" void wipeAndFree(void* memory, const char* /*file*/, int /*line*/) noexcept {
  if (memory != nullptr) {
    OPENSSL_cleanse(memory, malloc_usable_size(memory));
    std::free(memory);
  }
}

// The C library's own would move what it holds and leave the old place as it was.
extern "C" void* reallocateForOpenSsl(void* memory, std::size_t size, const char* file,
                                      int line) noexcept {
  if (memory == nullptr) {
    return std::malloc(size);
  }
  void* moved = size == 0 ? nullptr : std::malloc(size);
  if (moved != nullptr) {
    std::memcpy(moved, memory, std::min(size, malloc_usable_size(memory)));
  }
  if (moved != nullptr || size == 0) {
    wipeAndFree(memory, file, line);
  }
  return moved;
}

}  // namespace

bool wipeWhatOpenSslFrees() {
  return CRYPTO_set_mem_functions(allocateForOpenSsl, reallocateForOpenSsl, wipeAndFree) == 1;
}

}  // namespace token_service::app
