#include "private_pem.hpp"

#include "signing/openssl.hpp"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>

namespace token_service::signer_rs256 {
namespace {

using Kind = PrivatePem::Kind;
using EncryptedKey = std::unique_ptr<X509_SIG, signing::FreeWith<X509_SIG_free>>;
// Wipes what it holds.
using PlainKey = std::unique_ptr<PKCS8_PRIV_KEY_INFO, signing::FreeWith<PKCS8_PRIV_KEY_INFO_free>>;

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

// One block of a PEM file, wiped with the object.
struct Block {
  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    OPENSSL_secure_clear_free(bytes, static_cast<std::size_t>(length));
    OPENSSL_free(name);
  }

  unsigned char* bytes = nullptr;
  long length = 0;
  char* name = nullptr;
};

PrivatePem rsaIn(const unsigned char* bytes, int length) {
  return {Kind::Rsa, signing::SecretBytes(std::string_view(reinterpret_cast<const char*>(bytes),
                                                           static_cast<std::size_t>(length)))};
}

PrivatePem rsaIn(const PKCS8_PRIV_KEY_INFO* plain) {
  const ASN1_OBJECT* algorithm = nullptr;
  const unsigned char* bytes = nullptr;
  int length = 0;
  if (plain == nullptr || PKCS8_pkey_get0(&algorithm, &bytes, &length, nullptr, plain) != 1) {
    return {};
  }
  return OBJ_obj2nid(algorithm) == NID_rsaEncryption ? rsaIn(bytes, length)
                                                     : PrivatePem{Kind::OtherAlgorithm, {}};
}

PrivatePem decrypt(const Block& block, const signing::SecretBytes* passphrase) {
  const unsigned char* bytes = block.bytes;
  const EncryptedKey encrypted(d2i_X509_SIG(nullptr, &bytes, block.length));
  if (!encrypted) {
    return {};
  }
  if (passphrase == nullptr) {
    return {Kind::NeedsPassphrase, {}};
  }
  const std::string_view text = passphrase->view();
  const PlainKey plain(PKCS8_decrypt(encrypted.get(), text.data(), static_cast<int>(text.size())));
  return plain ? rsaIn(plain.get()) : PrivatePem{Kind::WrongPassphrase, {}};
}

}  // namespace

PrivatePem readPrivatePem(std::string_view pem, const signing::SecretBytes* passphrase) {
  // OpenSSL refuses a null pointer, which an empty file may have.
  const signing::BioPointer bio(
      BIO_new_mem_buf(pem.empty() ? "" : pem.data(), static_cast<int>(pem.size())));
  if (!bio) {
    signing::failInternally("OpenSSL is out of memory");
  }
  PassphraseRequest request{passphrase};
  Block block;
  if (PEM_bytes_read_bio_secmem(&block.bytes, &block.length, &block.name, PEM_STRING_EVP_PKEY,
                                bio.get(), answerPassphrase, &request) != 1) {
    if (!request.asked) {
      return {};
    }
    return {passphrase == nullptr ? Kind::NeedsPassphrase : Kind::WrongPassphrase, {}};
  }
  const std::string_view name = block.name;
  const unsigned char* bytes = block.bytes;
  if (name == PEM_STRING_RSA) {
    return rsaIn(block.bytes, static_cast<int>(block.length));
  }
  if (name == PEM_STRING_PKCS8) {
    return decrypt(block, passphrase);
  }
  if (name == PEM_STRING_PKCS8INF) {
    return rsaIn(PlainKey(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &bytes, block.length)).get());
  }
  return {Kind::OtherAlgorithm, {}};
}

}  // namespace token_service::signer_rs256
