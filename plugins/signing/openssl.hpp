#pragma once

#include "token_service/sdk/error.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>

namespace token_service::signing {

template <auto kFree>
struct FreeWith {
  template <typename Object>
  void operator()(Object* object) const noexcept {
    kFree(object);
  }
};

using KeyPointer = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using KeyContextPointer = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using DigestContextPointer = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using MacPointer = std::unique_ptr<EVP_MAC, FreeWith<EVP_MAC_free>>;
using MacContextPointer = std::unique_ptr<EVP_MAC_CTX, FreeWith<EVP_MAC_CTX_free>>;
using NumberPointer = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using BioPointer = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

// OpenSSL's error queue belongs to the thread and so to every library in the process: empty for the
// calls in this scope, and nothing of theirs is left behind.
class OwnErrors {
 public:
  OwnErrors() { ERR_clear_error(); }
  OwnErrors(const OwnErrors&) = delete;
  OwnErrors& operator=(const OwnErrors&) = delete;
  ~OwnErrors() { ERR_clear_error(); }
};

// `what` is ours: OpenSSL's own words do not reach a log.
[[noreturn]] inline void failInternally(const char* what) {
  throw sdk::Error(sdk::ErrorCode::Internal, what);
}

}  // namespace token_service::signing
