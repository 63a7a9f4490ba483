#include "http/service_secrets.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace token_service::http {
namespace {

std::array<unsigned char, 32> digestOf(const std::string& text) {
  std::array<unsigned char, 32> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace

ServiceSecrets::ServiceSecrets(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    digests_.push_back(digestOf(secret));
  }
}

bool ServiceSecrets::accepts(const std::optional<std::string>& presented) const {
  if (!presented) {
    return false;
  }
  const Digest digest = digestOf(*presented);
  bool accepted = false;
  for (const Digest& known : digests_) {
    accepted |= CRYPTO_memcmp(known.data(), digest.data(), digest.size()) == 0;
  }
  return accepted;
}

}  // namespace token_service::http
