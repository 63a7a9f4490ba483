#include "token/public_key.hpp"

#include "token/json.hpp"
#include "token/openssl.hpp"
#include "token_service/sdk/base64url.hpp"
#include "token_service/sdk/object_pool.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <string>

namespace token_service::token {
namespace {

enum class Family { Rsa, RsaPss, Ecdsa, EdDsa };

struct Algorithm {
  std::string_view name;
  Family family;
  const char* digest;
  std::string_view curve;  // RFC 7518 section 6.2.1.1
  const char* group;
  std::size_t coordinate_size;
};

constexpr Algorithm kAlgorithms[] = {
    {"RS256", Family::Rsa, "SHA256", "", nullptr, 0},
    {"RS384", Family::Rsa, "SHA384", "", nullptr, 0},
    {"RS512", Family::Rsa, "SHA512", "", nullptr, 0},
    {"PS256", Family::RsaPss, "SHA256", "", nullptr, 0},
    {"PS384", Family::RsaPss, "SHA384", "", nullptr, 0},
    {"PS512", Family::RsaPss, "SHA512", "", nullptr, 0},
    {"ES256", Family::Ecdsa, "SHA256", "P-256", "prime256v1", 32},
    {"ES384", Family::Ecdsa, "SHA384", "P-384", "secp384r1", 48},
    {"ES512", Family::Ecdsa, "SHA512", "P-521", "secp521r1", 66},
    {"EdDSA", Family::EdDsa, nullptr, "Ed25519", nullptr, 32},
};

const Algorithm& algorithmNamed(std::string_view name) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.name == name) {
      return algorithm;
    }
  }
  throw std::invalid_argument("the algorithm '" + std::string(name) +
                              "' is not one that the host can verify");
}

const unsigned char* bytesOf(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string textMember(const Json& jwk, std::string_view name) {
  const Json* member = jwk.find(name);
  if (member == nullptr || !member->isString()) {
    throw std::invalid_argument("the JWK has no text member '" + std::string(name) + "'");
  }
  return member->text;
}

std::string bytesMember(const Json& jwk, std::string_view name) {
  std::optional<std::string> bytes = sdk::base64url::decode(textMember(jwk, name));
  if (!bytes || bytes->empty()) {
    throw std::invalid_argument("the JWK's member '" + std::string(name) + "' is not base64url");
  }
  return *std::move(bytes);
}

NumberPtr numberMember(const Json& jwk, std::string_view name) {
  const std::string bytes = bytesMember(jwk, name);
  return NumberPtr(BN_bin2bn(bytesOf(bytes), static_cast<int>(bytes.size()), nullptr));
}

void requireMember(const Json& jwk, std::string_view name, std::string_view value) {
  if (textMember(jwk, name) != value) {
    throw std::invalid_argument("the JWK's member '" + std::string(name) + "' is not '" +
                                std::string(value) + "', as the algorithm needs");
  }
}

KeyPtr keyFrom(const char* type, OSSL_PARAM_BLD* builder) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    ERR_clear_error();
    throw std::invalid_argument("the JWK is not a usable public key");
  }
  return KeyPtr(key);
}

KeyPtr rsaKey(const Json& jwk) {
  requireMember(jwk, "kty", "RSA");
  const NumberPtr n = numberMember(jwk, "n");
  const NumberPtr e = numberMember(jwk, "e");
  if (BN_num_bits(n.get()) < 2048) {
    throw std::invalid_argument("the RSA key has fewer than 2048 bits");
  }
  if (BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) == 1) {
    throw std::invalid_argument("the RSA key's public exponent is even or 1");
  }
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return keyFrom("RSA", builder.get());
}

KeyPtr ecKey(const Json& jwk, const Algorithm& algorithm) {
  requireMember(jwk, "kty", "EC");
  requireMember(jwk, "crv", algorithm.curve);
  const std::string x = bytesMember(jwk, "x");
  const std::string y = bytesMember(jwk, "y");
  if (x.size() != algorithm.coordinate_size || y.size() != algorithm.coordinate_size) {
    throw std::invalid_argument("the JWK's coordinates have a wrong length");
  }
  const std::string point = "\x04" + x + y;
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, algorithm.group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return keyFrom("EC", builder.get());
}

KeyPtr edKey(const Json& jwk, const Algorithm& algorithm) {
  requireMember(jwk, "kty", "OKP");
  requireMember(jwk, "crv", algorithm.curve);
  const std::string x = bytesMember(jwk, "x");
  KeyPtr key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytesOf(x), x.size()));
  if (key == nullptr) {
    ERR_clear_error();
    throw std::invalid_argument("the JWK is not a usable public key");
  }
  return key;
}

KeyPtr keyFor(const Json& jwk, const Algorithm& algorithm) {
  switch (algorithm.family) {
    case Family::Rsa:
    case Family::RsaPss:
      return rsaKey(jwk);
    case Family::Ecdsa:
      return ecKey(jwk, algorithm);
    case Family::EdDsa:
      return edKey(jwk, algorithm);
  }
  throw std::invalid_argument("the algorithm's family is unknown");
}

// JWS carries r and s side by side (RFC 7518 section 3.4), OpenSSL wants them as DER.
std::string derSignature(std::string_view signature, std::size_t coordinate_size) {
  if (signature.size() != 2 * coordinate_size) {
    return {};
  }
  const EcdsaSignaturePtr pair(ECDSA_SIG_new());
  const auto length = static_cast<int>(coordinate_size);
  BIGNUM* r = BN_bin2bn(bytesOf(signature), length, nullptr);
  BIGNUM* s = BN_bin2bn(bytesOf(signature) + coordinate_size, length, nullptr);
  ECDSA_SIG_set0(pair.get(), r, s);
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) {
    return {};
  }
  std::string result(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return result;
}

}  // namespace

// What one verification needs besides the key, ready to be used.
struct Verification {
  DigestContextPtr digest;
  // None for EdDSA, which signs the bytes and no digest of them.
  KeyContextPtr key;
};

struct PublicKey::Parts {
  Parts(const Algorithm& its_algorithm, KeyPtr its_key)
      : algorithm(its_algorithm), key(std::move(its_key)) {
    if (algorithm.digest != nullptr) {
      digest.reset(EVP_MD_fetch(nullptr, algorithm.digest, nullptr));
    }
    // So that a key which cannot be used is found at start.
    idle.give(prepare());
  }

  std::unique_ptr<Verification> prepare() const;
  bool verify(Verification& with, std::string_view bytes, std::string_view signature) const;

  const Algorithm& algorithm;
  KeyPtr key;
  DigestPtr digest;
  sdk::ObjectPool<Verification> idle;
};

std::unique_ptr<Verification> PublicKey::Parts::prepare() const {
  auto made = std::make_unique<Verification>();
  made->digest.reset(EVP_MD_CTX_new());
  bool good = made->digest != nullptr;
  if (algorithm.digest != nullptr) {
    made->key.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    EVP_PKEY_CTX* context = made->key.get();
    good = good && digest != nullptr && context != nullptr && EVP_PKEY_verify_init(context) == 1 &&
           (algorithm.family == Family::Ecdsa ||
            EVP_PKEY_CTX_set_rsa_padding(context, algorithm.family == Family::RsaPss
                                                      ? RSA_PKCS1_PSS_PADDING
                                                      : RSA_PKCS1_PADDING) == 1) &&
           EVP_PKEY_CTX_set_signature_md(context, digest.get()) == 1 &&
           (algorithm.family != Family::RsaPss ||
            EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  if (!good) {
    ERR_clear_error();
    throw std::invalid_argument("OpenSSL cannot verify with this key");
  }
  return made;
}

bool PublicKey::Parts::verify(Verification& with, std::string_view bytes,
                              std::string_view signature) const {
  if (with.key == nullptr) {
    return EVP_DigestVerifyInit_ex(with.digest.get(), nullptr, nullptr, nullptr, nullptr, key.get(),
                                   nullptr) == 1 &&
           EVP_DigestVerify(with.digest.get(), bytesOf(signature), signature.size(), bytesOf(bytes),
                            bytes.size()) == 1;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  return EVP_DigestInit_ex2(with.digest.get(), digest.get(), nullptr) == 1 &&
         EVP_DigestUpdate(with.digest.get(), bytes.data(), bytes.size()) == 1 &&
         EVP_DigestFinal_ex(with.digest.get(), hash.data(), &size) == 1 &&
         EVP_PKEY_verify(with.key.get(), bytesOf(signature), signature.size(), hash.data(), size) ==
             1;
}

PublicKey::PublicKey(std::string_view jwk, std::string_view algorithm_name) {
  const Algorithm& algorithm = algorithmNamed(algorithm_name);
  const std::optional<Json> object = parseJsonObject(jwk);
  if (!object) {
    throw std::invalid_argument("the JWK is not a JSON object");
  }
  for (const std::string_view secret : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    if (object->find(secret) != nullptr) {
      throw std::invalid_argument("the JWK holds the private member '" + std::string(secret) + "'");
    }
  }
  parts_ = std::make_unique<Parts>(algorithm, keyFor(*object, algorithm));
}

PublicKey::PublicKey(PublicKey&&) noexcept = default;
PublicKey::~PublicKey() = default;

bool PublicKey::verify(std::string_view bytes, std::string_view signature) const {
  const Algorithm& algorithm = parts_->algorithm;
  std::string der;
  if (algorithm.family == Family::Ecdsa) {
    der = derSignature(signature, algorithm.coordinate_size);
    signature = der;
  } else if (signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(parts_->key.get()))) {
    return false;
  }
  if (signature.empty()) {
    return false;
  }
  std::unique_ptr<Verification> verification = parts_->idle.take();
  if (verification == nullptr) {
    verification = parts_->prepare();
  }
  if (!parts_->verify(*verification, bytes, signature)) {
    // A context that a forgery went through verifies nothing else.
    ERR_clear_error();
    return false;
  }
  parts_->idle.give(std::move(verification));
  return true;
}

}  // namespace token_service::token
