#include "test_keys.hpp"

#include "token_service/sdk/base64url.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <map>
#include <stdexcept>
#include <utility>

namespace token_service::signers_test {
namespace {

using signing::BioPointer;
using signing::FreeWith;
using signing::KeyPointer;
using signing::NumberPointer;

void require(bool done) {
  if (!done) {
    throw std::runtime_error("OpenSSL could not make what the test needs");
  }
}

NumberPointer number(const EVP_PKEY* key, const char* parameter) {
  BIGNUM* result = nullptr;
  require(EVP_PKEY_get_bn_param(key, parameter, &result) == 1);
  return NumberPointer(result);
}

std::string textOf(BIO* bio) {
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace

EVP_PKEY* rsaKey(unsigned bits) {
  static std::map<unsigned, KeyPointer> keys;
  KeyPointer& key = keys[bits];
  if (!key) {
    key.reset(EVP_RSA_gen(bits));
    require(key != nullptr);
  }
  return key.get();
}

KeyPointer p256Key() {
  KeyPointer key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  return key;
}

KeyPointer ed25519Key() {
  KeyPointer key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  require(key != nullptr);
  return key;
}

RsaNumbers numbersOf(const EVP_PKEY* key) {
  return {number(key, OSSL_PKEY_PARAM_RSA_N), number(key, OSSL_PKEY_PARAM_RSA_E),
          number(key, OSSL_PKEY_PARAM_RSA_D), number(key, OSSL_PKEY_PARAM_RSA_FACTOR1),
          number(key, OSSL_PKEY_PARAM_RSA_FACTOR2)};
}

NumberPointer numberFromBase64url(const std::string& text) {
  const std::string bytes = sdk::base64url::decode(text).value();
  return NumberPointer(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                 static_cast<int>(bytes.size()), nullptr));
}

KeyPointer rsaKeyFrom(const RsaNumbers& numbers) {
  const std::unique_ptr<BN_CTX, FreeWith<BN_CTX_free>> scratch(BN_CTX_new());
  const auto exponentModuloPrimeLessOne = [&](const BIGNUM* prime) {
    NumberPointer less_one(BN_dup(prime));
    NumberPointer result(BN_new());
    require(BN_sub_word(less_one.get(), 1) == 1 &&
            BN_mod(result.get(), numbers.d.get(), less_one.get(), scratch.get()) == 1);
    return result;
  };
  const NumberPointer dp = exponentModuloPrimeLessOne(numbers.p.get());
  const NumberPointer dq = exponentModuloPrimeLessOne(numbers.q.get());
  const NumberPointer qi(BN_mod_inverse(nullptr, numbers.q.get(), numbers.p.get(), scratch.get()));
  const std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>> builder(
      OSSL_PARAM_BLD_new());
  for (const auto& [name, value] : {std::pair(OSSL_PKEY_PARAM_RSA_N, numbers.n.get()),
                                    {OSSL_PKEY_PARAM_RSA_E, numbers.e.get()},
                                    {OSSL_PKEY_PARAM_RSA_D, numbers.d.get()},
                                    {OSSL_PKEY_PARAM_RSA_FACTOR1, numbers.p.get()},
                                    {OSSL_PKEY_PARAM_RSA_FACTOR2, numbers.q.get()},
                                    {OSSL_PKEY_PARAM_RSA_EXPONENT1, dp.get()},
                                    {OSSL_PKEY_PARAM_RSA_EXPONENT2, dq.get()},
                                    {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qi.get()}}) {
    require(OSSL_PARAM_BLD_push_BN(builder.get(), name, value) == 1);
  }
  const std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>> parameters(
      OSSL_PARAM_BLD_to_param(builder.get()));
  const signing::KeyContextPointer context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  require(EVP_PKEY_fromdata_init(context.get()) == 1 &&
          EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) == 1);
  return KeyPointer(key);
}

std::string privatePem(const EVP_PKEY* key, const std::string& passphrase) {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_PKCS8PrivateKey(
              bio.get(), key, passphrase.empty() ? nullptr : EVP_aes_256_cbc(), passphrase.data(),
              static_cast<int>(passphrase.size()), nullptr, nullptr) == 1);
  return textOf(bio.get());
}

std::string pkcs1Pem(const EVP_PKEY* key, const std::string& passphrase) {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_PrivateKey_traditional(
              bio.get(), key, passphrase.empty() ? nullptr : EVP_aes_256_cbc(),
              reinterpret_cast<const unsigned char*>(passphrase.data()),
              static_cast<int>(passphrase.size()), nullptr, nullptr) == 1);
  return textOf(bio.get());
}

std::string publicPem(const EVP_PKEY* key) {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_PUBKEY(bio.get(), key) == 1);
  return textOf(bio.get());
}

std::string certificatePem(EVP_PKEY* key) {
  const std::unique_ptr<X509, FreeWith<X509_free>> certificate(X509_new());
  require(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0) != nullptr &&
          X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 60) != nullptr &&
          X509_set_pubkey(certificate.get(), key) == 1 &&
          X509_sign(certificate.get(), key, EVP_sha256()) > 0);
  const BioPointer bio(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_X509(bio.get(), certificate.get()) == 1);
  return textOf(bio.get());
}

std::string jwkNumber(const EVP_PKEY* key, const char* parameter) {
  const NumberPointer value = number(key, parameter);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(value.get())), '\0');
  BN_bn2bin(value.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  return sdk::base64url::encode(bytes);
}

}  // namespace token_service::signers_test
