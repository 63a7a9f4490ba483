#include "rsa_key.hpp"

#include "signing/thumbprint.hpp"
#include "token_service/sdk/base64url.hpp"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <utility>

namespace token_service::signer_rs256 {
namespace {

constexpr int kLeastBits = 2048;

struct PassphraseRequest {
  const signing::SecretBytes* passphrase;
  bool asked = false;
};

extern "C" int answerPassphrase(char* buffer, int size, int /*writing*/, void* argument) noexcept {
  auto* request = static_cast<PassphraseRequest*>(argument);
  request->asked = true;
  if (request->passphrase == nullptr ||
      request->passphrase->view().size() > static_cast<std::size_t>(size)) {
    return -1;
  }
  const std::string_view text = request->passphrase->view();
  std::copy(text.begin(), text.end(), buffer);
  return static_cast<int>(text.size());
}

std::string whyUnreadable(std::string_view pem, const PassphraseRequest& request) {
  if (request.asked) {
    return request.passphrase == nullptr
               ? "is encrypted: name the file that holds its passphrase in passphrase_file"
               : "cannot be decrypted with the passphrase in passphrase_file: correct one of them";
  }
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos) {
    return "holds a private key that cannot be read: restore it, or convert it to PKCS#8";
  }
  if (pem.find("PUBLIC KEY-----") != std::string_view::npos) {
    return "holds a public key only, which cannot sign: name the file of the private key";
  }
  if (pem.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos) {
    return "holds a certificate, which cannot sign: name the file of its private key";
  }
  return "is not a private key in PEM form (PKCS#8 or PKCS#1): name such a file or make a key";
}

std::string whyUnusable(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") != 1) {
    return "holds a key that is not RSA: RS256 needs an RSA key of 2048 bits or more";
  }
  if (EVP_PKEY_get_bits(key) < kLeastBits) {
    return "holds an RSA key of " + std::to_string(EVP_PKEY_get_bits(key)) +
           " bits: make one of 2048 bits or more";
  }
  const signing::KeyContextPointer context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!context || EVP_PKEY_private_check(context.get()) != 1 ||
      EVP_PKEY_pairwise_check(context.get()) != 1) {
    return "holds an RSA key whose numbers do not fit together: restore it or make a new one";
  }
  return {};
}

std::string base64urlOf(const EVP_PKEY* key, const char* parameter) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, parameter, &number) != 1) {
    signing::failInternally("OpenSSL could not give the public key");
  }
  const signing::NumberPointer owner(number);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  return sdk::base64url::encode(bytes);
}

}  // namespace

RsaKey readRsaKey(std::string_view pem, const signing::SecretBytes* passphrase) {
  const signing::OwnErrors errors;
  // OpenSSL refuses a null pointer, which an empty file may have.
  const signing::BioPointer bio(
      BIO_new_mem_buf(pem.empty() ? "" : pem.data(), static_cast<int>(pem.size())));
  if (!bio) {
    signing::failInternally("OpenSSL is out of memory");
  }
  PassphraseRequest request{passphrase};
  signing::KeyPointer key(PEM_read_bio_PrivateKey(bio.get(), nullptr, answerPassphrase, &request));
  std::string problem = key ? whyUnusable(key.get()) : whyUnreadable(pem, request);
  if (!problem.empty()) {
    return {nullptr, std::move(problem)};
  }
  return {std::move(key), {}};
}

signing::SecretBytes newRsaKey(const signing::SecretBytes* passphrase) {
  const signing::OwnErrors errors;
  const signing::KeyPointer key(EVP_RSA_gen(kLeastBits));
  const signing::BioPointer bio(BIO_new(BIO_s_secmem()));
  const std::string_view text = passphrase == nullptr ? std::string_view() : passphrase->view();
  if (!key || !bio ||
      PEM_write_bio_PKCS8PrivateKey(
          bio.get(), key.get(), passphrase == nullptr ? nullptr : EVP_aes_256_cbc(), text.data(),
          static_cast<int>(text.size()), nullptr, nullptr) != 1) {
    signing::failInternally("OpenSSL could not make an RSA key");
  }
  char* pem = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &pem);
  return signing::SecretBytes(std::string_view(pem, static_cast<std::size_t>(length)));
}

PublicJwk publicJwk(const EVP_PKEY* key) {
  const std::string n = base64urlOf(key, OSSL_PKEY_PARAM_RSA_N);
  const std::string e = base64urlOf(key, OSSL_PKEY_PARAM_RSA_E);
  PublicJwk jwk;
  jwk.kid = signing::thumbprint(R"({"e":")" + e + R"(","kty":"RSA","n":")" + n + R"("})");
  jwk.json = R"({"kty":"RSA","n":")" + n + R"(","e":")" + e +
             R"(","alg":"RS256","use":"sig","kid":")" + jwk.kid + R"("})";
  return jwk;
}

}  // namespace token_service::signer_rs256
