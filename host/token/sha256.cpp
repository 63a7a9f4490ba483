#include "token/sha256.hpp"

#include "token/openssl.hpp"
#include "token_service/sdk/error.hpp"

namespace token_service::token {

Sha256 sha256(std::string_view bytes) {
  // Never freed: a thread that is left behind may still be here while the process ends.
  static EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local DigestContextPtr context(EVP_MD_CTX_new());
  Sha256 digest{};
  if (kAlgorithm == nullptr || context == nullptr ||
      EVP_DigestInit_ex2(context.get(), kAlgorithm, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) {
    throw sdk::Error(sdk::ErrorCode::Internal, "OpenSSL could not compute SHA-256");
  }
  return digest;
}

}  // namespace token_service::token
