#include "test_signer.hpp"

#include "token_service/sdk/base64url.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <map>
#include <stdexcept>

namespace token_service::host_test {
namespace {

using sdk::base64url::encode;

const unsigned char* bytesOf(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytesOf(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void require(bool good) {
  if (!good) {
    throw std::runtime_error("OpenSSL refuses what a test needs");
  }
}

std::string numberBytes(const KeyPair& pair, const char* parameter, int size) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(pair.get(), parameter, &number) == 1);
  std::string bytes(static_cast<std::size_t>(size == 0 ? BN_num_bytes(number) : size), '\0');
  BN_bn2binpad(number, bytesOf(bytes), static_cast<int>(bytes.size()));
  BN_free(number);
  return bytes;
}

int coordinateSize(const KeyPair& pair) { return (EVP_PKEY_get_bits(pair.get()) + 7) / 8; }

// JWS wants r and s side by side.
std::string rawEcdsa(const std::string& der, int size) {
  const unsigned char* start = bytesOf(std::string_view(der));
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &start, static_cast<long>(der.size()));
  require(pair != nullptr);
  std::string raw(static_cast<std::size_t>(2 * size), '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), bytesOf(raw), size);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), bytesOf(raw) + size, size);
  ECDSA_SIG_free(pair);
  return raw;
}

template <typename Write>
std::string written(Write write) {
  BIO* memory = BIO_new(BIO_s_mem());
  require(write(memory) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

}  // namespace

KeyPair freshKeyPair(const std::string& kind) {
  EVP_PKEY* key = nullptr;
  if (kind.starts_with("RSA-")) {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA",
                            static_cast<std::size_t>(std::stoul(kind.substr(4))));
  } else if (kind == "Ed25519") {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  } else {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kind.c_str());
  }
  require(key != nullptr);
  return {key, EVP_PKEY_free};
}

KeyPair keyPair(const std::string& kind) {
  static std::map<std::string, KeyPair> made;
  KeyPair& pair = made[kind];
  if (!pair) {
    pair = freshKeyPair(kind);
  }
  return pair;
}

std::string publicJwk(const KeyPair& pair) {
  switch (EVP_PKEY_get_base_id(pair.get())) {
    case EVP_PKEY_RSA:
      return R"({"kty":"RSA","n":")" + numberOf(pair, OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
             numberOf(pair, OSSL_PKEY_PARAM_RSA_E) + "\"}";
    case EVP_PKEY_EC: {
      const int size = coordinateSize(pair);
      const std::string curve = size == 32 ? "P-256" : size == 48 ? "P-384" : "P-521";
      return R"({"kty":"EC","crv":")" + curve + R"(","x":")" +
             encode(numberBytes(pair, OSSL_PKEY_PARAM_EC_PUB_X, size)) + R"(","y":")" +
             encode(numberBytes(pair, OSSL_PKEY_PARAM_EC_PUB_Y, size)) + "\"}";
    }
    default: {
      std::string raw(32, '\0');
      std::size_t size = raw.size();
      require(EVP_PKEY_get_raw_public_key(pair.get(), bytesOf(raw), &size) == 1);
      return R"({"kty":"OKP","crv":"Ed25519","x":")" + encode(raw) + "\"}";
    }
  }
}

std::string numberOf(const KeyPair& pair, const char* parameter) {
  return encode(numberBytes(pair, parameter, 0));
}

std::string publicPem(const KeyPair& pair) {
  return written([&](BIO* out) { return PEM_write_bio_PUBKEY(out, pair.get()); });
}

std::string publicDer(const KeyPair& pair) {
  return written([&](BIO* out) { return i2d_PUBKEY_bio(out, pair.get()); });
}

std::string signatureOf(const KeyPair& pair, std::string_view algorithm, std::string_view bytes) {
  const std::string digest = algorithm == "EdDSA" ? "" : "SHA" + std::string(algorithm.substr(2));
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* key_context = nullptr;
  require(EVP_DigestSignInit_ex(context, &key_context, digest.empty() ? nullptr : digest.c_str(),
                                nullptr, nullptr, pair.get(), nullptr) == 1);
  if (algorithm.starts_with("PS")) {
    EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST);
  }
  std::size_t size = 0;
  require(EVP_DigestSign(context, nullptr, &size, bytesOf(bytes), bytes.size()) == 1);
  std::string signature(size, '\0');
  require(EVP_DigestSign(context, bytesOf(signature), &size, bytesOf(bytes), bytes.size()) == 1);
  signature.resize(size);
  EVP_MD_CTX_free(context);
  return algorithm.starts_with("ES") ? rawEcdsa(signature, coordinateSize(pair)) : signature;
}

std::string hmac(const char* digest, std::string_view secret, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  HMAC(EVP_get_digestbyname(digest), secret.data(), static_cast<int>(secret.size()), bytesOf(bytes),
       bytes.size(), bytesOf(out), &size);
  out.resize(size);
  return out;
}

TestSigner& TestSigner::addHmac(const std::string& kid, const std::string& secret,
                                std::optional<sdk::Time> from) {
  const sdk::Time active = from.value_or(nextTime());
  own_.push_back({{kid, "HS256", std::nullopt, active, active, false}, nullptr, secret});
  return *this;
}

TestSigner& TestSigner::add(const std::string& kid, const std::string& algorithm,
                            const KeyPair& pair, std::optional<sdk::Time> from) {
  const sdk::Time active = from.value_or(nextTime());
  own_.push_back({{kid, algorithm, publicJwk(pair), active, active, false}, pair, {}});
  return *this;
}

TestSigner& TestSigner::addRaw(const sdk::Key& key) {
  own_.push_back({key, nullptr, {}});
  return *this;
}

sdk::Time TestSigner::nextTime() const { return sdk::Time(std::chrono::milliseconds(own_.size())); }

std::vector<sdk::Key> TestSigner::keys() {
  std::vector<sdk::Key> keys;
  for (const Own& own : own_) {
    keys.push_back(own.key);
  }
  return keys;
}

std::string TestSigner::sign(std::string_view kid, std::string_view bytes, sdk::Deadline) {
  ++count_;
  if (failure_) {
    throw sdk::Error(*failure_, "the test's signer fails");
  }
  for (const Own& own : own_) {
    if (own.key.kid == kid) {
      return own.pair             ? signatureOf(own.pair, own.key.algorithm, bytes)
             : own.secret.empty() ? "?"
                                  : hmac("SHA256", own.secret, bytes);
    }
  }
  throw sdk::Error(sdk::ErrorCode::Internal, "no such key");
}

}  // namespace token_service::host_test
