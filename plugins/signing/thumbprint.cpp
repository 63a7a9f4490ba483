#include "signing/thumbprint.hpp"

#include "signing/openssl.hpp"
#include "token_service/sdk/base64url.hpp"

#include <array>

namespace token_service::signing {

std::string thumbprint(std::string_view canonical_jwk) {
  std::array<char, 32> digest{};
  if (EVP_Digest(canonical_jwk.data(), canonical_jwk.size(),
                 reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(),
                 nullptr) != 1) {
    failInternally("OpenSSL could not compute SHA-256");
  }
  return sdk::base64url::encode({digest.data(), digest.size()});
}

}  // namespace token_service::signing
