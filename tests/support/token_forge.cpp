#include "token_forge.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace token_service::test {
namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using BioPtr = std::unique_ptr<BIO, int (*)(BIO*)>;

const unsigned char* bytesOf(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytesOf(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void require(bool good, const char* what) {
  if (!good) {
    throw std::runtime_error(std::string("OpenSSL cannot ") + what);
  }
}

KeyPtr readKey(const std::string& pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  require(key != nullptr, "read the private key");
  return key;
}

std::string contentOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string rsaSha256(const std::string& pem, const std::string& bytes) {
  const KeyPtr key = readKey(pem);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t size = signature.size();
  require(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
              EVP_DigestSign(context.get(), bytesOf(signature), &size, bytesOf(bytes),
                             bytes.size()) == 1,
          "sign");
  signature.resize(size);
  return signature;
}

Poco::JSON::Object::Ptr parsed(const std::string& json) {
  return Poco::JSON::Parser(new Poco::JSON::ParseHandler(true))
      .parse(json)
      .extract<Poco::JSON::Object::Ptr>();
}

}  // namespace

std::string encodeBase64Url(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  text.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(bytesOf(text), bytesOf(bytes), static_cast<int>(bytes.size()))));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(std::find(text.begin(), text.end(), '='), text.end());
  return text;
}

std::string decodeBase64Url(const std::string& text) {
  std::string padded = text;
  std::replace(padded.begin(), padded.end(), '-', '+');
  std::replace(padded.begin(), padded.end(), '_', '/');
  const std::size_t padding = (4 - padded.size() % 4) % 4;
  padded.append(padding, '=');
  std::string bytes(padded.size() / 4 * 3, '\0');
  require(EVP_DecodeBlock(bytesOf(bytes), bytesOf(padded), static_cast<int>(padded.size())) >= 0,
          "decode base64");
  bytes.resize(bytes.size() - padding);
  return bytes;
}

TokenParts partsOf(const std::string& token) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  return {decodeBase64Url(token.substr(0, first)),
          decodeBase64Url(token.substr(first + 1, second - first - 1)), token.substr(second + 1)};
}

std::string memberOf(const std::string& json, const std::string& name) {
  return parsed(json)->getValue<std::string>(name);
}

std::string withMember(const std::string& json, const std::string& name, const std::string& value) {
  return withAdded(withoutMember(json, name), name, value);
}

std::string withoutMember(const std::string& json, const std::string& name) {
  Poco::JSON::Object::Ptr object = parsed(json);
  object->remove(name);
  std::ostringstream stream;
  object->stringify(stream);
  return stream.str();
}

std::string withAdded(const std::string& json, const std::string& name, const std::string& value) {
  const std::string start = json.substr(0, json.rfind('}'));
  return start + (start == "{" ? "" : ",") + "\"" + name + "\":" + value + "}";
}

TokenForge::TokenForge(SignerKind algorithm, std::string key)
    : algorithm_(algorithm), key_(std::move(key)) {}

std::string TokenForge::sign(const std::string& header, const std::string& claims) const {
  const std::string input = encodeBase64Url(header) + "." + encodeBase64Url(claims);
  const std::string signature =
      algorithm_ == SignerKind::Hs256 ? hmacSha256(key_, input) : rsaSha256(key_, input);
  return input + "." + encodeBase64Url(signature);
}

std::string TokenForge::publicPem() const {
  const KeyPtr key = readKey(key_);
  const BioPtr bio(BIO_new(BIO_s_mem()), BIO_free);
  require(PEM_write_bio_PUBKEY(bio.get(), key.get()) == 1, "write the public key");
  return contentOf(bio.get());
}

std::string TokenForge::publicModulus() const {
  const KeyPtr key = readKey(key_);
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_N, &number) == 1,
          "read the modulus");
  const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> modulus(number, BN_free);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, bytesOf(bytes));
  return bytes;
}

std::string makeRsaKey() {
  const KeyPtr key(EVP_RSA_gen(2048), EVP_PKEY_free);
  const BioPtr bio(BIO_new(BIO_s_mem()), BIO_free);
  require(key != nullptr && PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0,
                                                          nullptr, nullptr) == 1,
          "make a key");
  return contentOf(bio.get());
}

std::string hmacSha256(const std::string& key, const std::string& bytes) {
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  require(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytesOf(bytes), bytes.size(),
               bytesOf(mac), &size) != nullptr,
          "make a MAC");
  mac.resize(size);
  return mac;
}

}  // namespace token_service::test
