#include "published_key.hpp"

#include "flat_json.hpp"
#include "token_service/sdk/base64url.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace token_service::conformance {
namespace {

template <auto kFree>
struct FreeWith {
  template <typename Object>
  void operator()(Object* object) const noexcept {
    kFree(object);
  }
};

using Number = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;

constexpr std::size_t kCoordinateSize = 32;

const unsigned char* unsignedBytes(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Number numberOf(std::string_view bytes) {
  return Number(BN_bin2bn(unsignedBytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

EVP_PKEY* build(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return key;
}

EVP_PKEY* rsaKey(std::string_view n, std::string_view e) {
  const Builder builder(OSSL_PARAM_BLD_new());
  const Number modulus = numberOf(n);
  const Number exponent = numberOf(e);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return build("RSA", builder.get());
}

EVP_PKEY* p256Key(std::string_view x, std::string_view y) {
  if (x.size() != kCoordinateSize || y.size() != kCoordinateSize) {
    return nullptr;
  }
  const std::string point = std::string("\x04").append(x).append(y);
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return build("EC", builder.get());
}

// OpenSSL reads DER; RFC 7518 section 3.4 has the two numbers side by side.
std::string derOf(std::string_view signature) {
  if (signature.size() != 2 * kCoordinateSize) {
    return {};
  }
  const EcdsaSignature both(ECDSA_SIG_new());
  ECDSA_SIG_set0(both.get(), numberOf(signature.substr(0, kCoordinateSize)).release(),
                 numberOf(signature.substr(kCoordinateSize)).release());
  std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(both.get(), nullptr)), '\0');
  auto* end = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(both.get(), &end);
  return der;
}

bool fits(std::string_view algorithm, const EVP_PKEY* key) {
  const char* type = algorithm == "RS256" || algorithm == "PS256" ? "RSA"
                     : algorithm == "ES256"                       ? "EC"
                     : algorithm == "EdDSA"                       ? "ED25519"
                                                                  : nullptr;
  return type != nullptr && EVP_PKEY_is_a(key, type) == 1;
}

bool setPadding(EVP_PKEY_CTX* context, std::string_view algorithm) {
  if (algorithm == "RS256") {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  }
  return algorithm != "PS256" ||
         (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
          EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
}

}  // namespace

std::optional<PublishedKey> PublishedKey::read(std::string_view jwk, std::string& why) {
  const std::optional<std::map<std::string, std::string, std::less<>>> members = readFlatJson(jwk);
  if (!members) {
    why = "it is not one JSON object with each member once";
    return std::nullopt;
  }
  PublishedKey result;
  result.texts_ = *members;
  const auto bytes = [&](std::string_view member) {
    return sdk::base64url::decode(result.text(member)).value_or("");
  };
  const std::string type = result.text("kty");
  const std::string curve = result.text("crv");
  EVP_PKEY* key = nullptr;
  if (type == "RSA") {
    key = rsaKey(bytes("n"), bytes("e"));
  } else if (type == "EC" && curve == "P-256") {
    key = p256Key(bytes("x"), bytes("y"));
  } else if (type == "OKP" && curve == "Ed25519") {
    const std::string x = bytes("x");
    key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, unsignedBytes(x), x.size());
  } else {
    why = "its kty and crv are none of RSA, EC with P-256, OKP with Ed25519";
    return std::nullopt;
  }
  result.key_ = std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
  ERR_clear_error();
  const KeyContext context(key == nullptr ? nullptr
                                          : EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!context || EVP_PKEY_public_check(context.get()) != 1) {
    ERR_clear_error();
    why = "OpenSSL does not take its members for a public key";
    return std::nullopt;
  }
  return result;
}

bool PublishedKey::has(std::string_view member) const { return texts_.contains(member); }

std::string PublishedKey::text(std::string_view member) const {
  const auto found = texts_.find(member);
  return found == texts_.end() ? std::string() : found->second;
}

std::string PublishedKey::thumbprint() const {
  const std::string type = text("kty");
  std::vector<std::string_view> required;
  if (type == "RSA") {
    required = {"e", "kty", "n"};
  } else if (type == "EC") {
    required = {"crv", "kty", "x", "y"};
  } else {
    required = {"crv", "kty", "x"};
  }
  std::string json;
  for (const std::string_view member : required) {
    json.append(json.empty() ? "{\"" : ",\"").append(member);
    json.append("\":\"").append(text(member)).append("\"");
  }
  json.append("}");
  std::array<char, 32> digest{};
  EVP_Digest(json.data(), json.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             EVP_sha256(), nullptr);
  return sdk::base64url::encode({digest.data(), digest.size()});
}

bool PublishedKey::verifies(std::string_view algorithm, std::string_view bytes,
                            std::string_view signature) const {
  if (!fits(algorithm, key_.get())) {
    return false;
  }
  const std::string given = algorithm == "ES256" ? derOf(signature) : std::string(signature);
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  const bool good = EVP_DigestVerifyInit(context.get(), &parameters,
                                         algorithm == "EdDSA" ? nullptr : EVP_sha256(), nullptr,
                                         key_.get()) == 1 &&
                    setPadding(parameters, algorithm) &&
                    EVP_DigestVerify(context.get(), unsignedBytes(given), given.size(),
                                     unsignedBytes(bytes), bytes.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace token_service::conformance
