#include "hs256_signer.hpp"

#include "signing/load_keys.hpp"
#include "signing/thumbprint.hpp"
#include "token_service/sdk/base64url.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace token_service::signer_hs256 {
namespace {

constexpr std::size_t kDigestSize = 32;

const unsigned char* unsignedBytes(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

signing::MacContextPointer keyed(std::string_view secret) {
  const signing::MacPointer mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  signing::MacContextPointer context(mac ? EVP_MAC_CTX_new(mac.get()) : nullptr);
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 2> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  if (!context ||
      EVP_MAC_init(context.get(), unsignedBytes(secret), secret.size(), parameters.data()) != 1) {
    signing::failInternally("OpenSSL offers no HMAC with SHA-256");
  }
  return context;
}

std::string authenticate(EVP_MAC_CTX* context, std::string_view bytes) {
  std::string signature(kDigestSize, '\0');
  std::size_t length = 0;
  // Without a key: the one that it has, from the start.
  if (context == nullptr || EVP_MAC_init(context, nullptr, 0, nullptr) != 1 ||
      EVP_MAC_update(context, unsignedBytes(bytes), bytes.size()) != 1 ||
      EVP_MAC_final(context, reinterpret_cast<unsigned char*>(signature.data()), &length,
                    signature.size()) != 1 ||
      length != signature.size()) {
    signing::failInternally("OpenSSL could not compute the HMAC");
  }
  return signature;
}

// Over a key derived one way, so that the secret itself is in no JWK and no hash of one.
std::string kidOf(EVP_MAC_CTX* keyed) {
  const std::string derived = authenticate(keyed, "token-service kid v1");
  const std::string jwk = R"({"k":")" + sdk::base64url::encode(derived) + R"(","kty":"oct"})";
  return signing::thumbprint(jwk);
}

std::optional<Hs256Signer::SigningKey> readKey(signing::KeyFile& file) {
  if (!file.content()) {
    return std::nullopt;
  }
  const std::string_view secret = file.content()->withoutTrailingNewline();
  if (secret.size() < kDigestSize) {
    file.refuse(
        "holds fewer than the 32 bytes that HS256 needs: make a new secret, for example with "
        "openssl rand -hex 32");
    return std::nullopt;
  }
  if (secret.find_first_not_of(secret.front()) == std::string_view::npos) {
    file.refuse(
        "holds one byte over and over, which anybody can guess: make a new secret, for "
        "example with openssl rand -hex 32");
    return std::nullopt;
  }
  Hs256Signer::SigningKey key;
  key.keyed = keyed(secret);
  key.description.kid = kidOf(key.keyed.get());
  key.description.algorithm = "HS256";
  return key;
}

// As text: raw bytes could end in the newline that is not part of the secret.
signing::SecretBytes newSecret() {
  std::array<char, 32> random{};
  if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(random.data()),
                      static_cast<int>(random.size())) != 1) {
    signing::failInternally("OpenSSL has no random bytes");
  }
  std::string text;
  // Room for the newline too, so that the text never moves.
  text.reserve(64);
  sdk::base64url::encode({random.data(), random.size()}, text);
  text.push_back('\n');
  OPENSSL_cleanse(random.data(), random.size());
  return signing::SecretBytes(std::move(text));
}

}  // namespace

Hs256Signer::Hs256Signer(sdk::Settings& settings, sdk::Host& /*host*/, sdk::Mode mode) {
  const signing::OwnErrors errors;
  keys_ = signing::loadKeys(settings, "secret_file", mode, readKey, newSecret);
}

std::vector<sdk::Key> Hs256Signer::keys() {
  std::vector<sdk::Key> keys;
  for (const SigningKey& key : keys_) {
    keys.push_back(key.description);
  }
  return keys;
}

std::string Hs256Signer::sign(std::string_view kid, std::string_view bytes,
                              sdk::Deadline /*deadline*/) {
  const auto key = std::find_if(keys_.begin(), keys_.end(), [&](const SigningKey& candidate) {
    return candidate.description.kid == kid;
  });
  if (key == keys_.end()) {
    signing::failInternally("there is no key with this kid");
  }
  const signing::OwnErrors errors;
  signing::MacContextPointer context = key->idle->take();
  if (context == nullptr) {
    context.reset(EVP_MAC_CTX_dup(key->keyed.get()));
  }
  std::string signature = authenticate(context.get(), bytes);
  key->idle->give(std::move(context));
  return signature;
}

// The keys are in memory.
void Hs256Signer::check(sdk::Deadline /*deadline*/) {}

}  // namespace token_service::signer_hs256
