#include "rsa_private_key.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace token_service::signer_rs256 {
namespace {

using Builder = std::unique_ptr<OSSL_PARAM_BLD, signing::FreeWith<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, signing::FreeWith<OSSL_PARAM_free>>;

constexpr unsigned char kInteger = 0x02;
constexpr unsigned char kSequence = 0x30;

// In the order of RSAPrivateKey, after its version.
constexpr std::array<const char*, 8> kNumbers = {
    OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,           OSSL_PKEY_PARAM_RSA_D,
    OSSL_PKEY_PARAM_RSA_FACTOR1,   OSSL_PKEY_PARAM_RSA_FACTOR2,     OSSL_PKEY_PARAM_RSA_EXPONENT1,
    OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};

// Takes the content of the element (ITU-T X.690) that `der` starts with; none if it has another tag
// or is not whole.
std::optional<std::string_view> takeElement(std::string_view& der, unsigned char tag) {
  const auto byteAt = [&](std::size_t index) { return static_cast<unsigned char>(der[index]); };
  if (der.size() < 2 || byteAt(0) != tag) {
    return std::nullopt;
  }
  std::size_t length = byteAt(1);
  std::size_t start = 2;
  if (length >= 0x80) {
    const std::size_t count = length - 0x80;
    // A file has at most 64 KiB.
    if (count == 0 || count > 3 || der.size() < start + count) {
      return std::nullopt;
    }
    length = 0;
    for (; start < 2 + count; ++start) {
      length = length << 8 | byteAt(start);
    }
  }
  if (length > der.size() - start) {
    return std::nullopt;
  }
  const std::string_view content = der.substr(start, length);
  der.remove_prefix(start + length);
  return content;
}

// In memory that OpenSSL wipes, also where it copies the number.
signing::SecretNumberPointer takeNumber(std::string_view& der) {
  const std::optional<std::string_view> content = takeElement(der, kInteger);
  const bool negative = content && !content->empty() && (content->front() & 0x80) != 0;
  signing::SecretNumberPointer number(BN_secure_new());
  if (!content || content->empty() || negative || !number ||
      BN_bin2bn(reinterpret_cast<const unsigned char*>(content->data()),
                static_cast<int>(content->size()), number.get()) == nullptr) {
    return nullptr;
  }
  return number;
}

}  // namespace

signing::KeyPointer rsaPrivateKey(std::string_view der) {
  std::optional<std::string_view> rest = takeElement(der, kSequence);
  if (!rest || !der.empty() || takeElement(*rest, kInteger) != std::string_view("\0", 1)) {
    return nullptr;
  }
  std::array<signing::SecretNumberPointer, kNumbers.size()> numbers;
  const Builder builder(OSSL_PARAM_BLD_new());
  for (std::size_t index = 0; index < kNumbers.size(); ++index) {
    numbers[index] = takeNumber(*rest);
    if (!numbers[index] || !builder ||
        OSSL_PARAM_BLD_push_BN(builder.get(), kNumbers[index], numbers[index].get()) != 1) {
      return nullptr;
    }
  }
  if (!rest->empty()) {
    return nullptr;
  }
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const signing::KeyContextPointer context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
    return nullptr;
  }
  return signing::KeyPointer(key);
}

}  // namespace token_service::signer_rs256
