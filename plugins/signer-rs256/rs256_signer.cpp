#include "rs256_signer.hpp"

#include "rsa_key.hpp"
#include "signing/load_keys.hpp"
#include "token_service/sdk/secret_file.hpp"

#include <openssl/rsa.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace token_service::signer_rs256 {
namespace {

std::optional<signing::SecretBytes> readPassphrase(sdk::Settings& settings) {
  constexpr std::string_view kSetting = "passphrase_file";
  // OpenSSL takes PEM_BUFSIZE bytes, terminating zero included.
  constexpr std::size_t kLimit = 1023;
  const std::optional<std::string> path = settings.optionalPath(kSetting);
  if (!path || path->empty()) {
    return std::nullopt;
  }
  sdk::SecretFile file = sdk::readSecretFile(*path);
  if (file.state != sdk::SecretFile::State::Read) {
    settings.problem(kSetting, file.problem, file.code);
    return std::nullopt;
  }
  const signing::SecretBytes content(std::move(file.content));
  const std::string_view passphrase = content.withoutTrailingNewline();
  if (passphrase.empty() || passphrase.size() > kLimit) {
    settings.problem(kSetting, "must hold a passphrase of 1 to 1023 bytes");
    return std::nullopt;
  }
  return signing::SecretBytes(passphrase);
}

std::optional<Rs256Signer::SigningKey> readKey(signing::KeyFile& file,
                                               const signing::SecretBytes* passphrase) {
  if (!file.content()) {
    return std::nullopt;
  }
  RsaKey rsa = readRsaKey(file.content()->view(), passphrase);
  if (!rsa.key) {
    file.refuse(std::move(rsa.problem));
    return std::nullopt;
  }
  PublicJwk jwk = publicJwk(rsa.key.get());
  Rs256Signer::SigningKey key;
  key.description.kid = std::move(jwk.kid);
  key.description.algorithm = "RS256";
  key.description.public_jwk = std::move(jwk.json);
  key.key = std::move(rsa.key);
  return key;
}

}  // namespace

Rs256Signer::Rs256Signer(sdk::Settings& settings, sdk::Host& /*host*/, sdk::Mode mode) {
  const signing::OwnErrors errors;
  const std::optional<signing::SecretBytes> secret = readPassphrase(settings);
  const signing::SecretBytes* passphrase = secret ? &*secret : nullptr;
  keys_ = signing::loadKeys(
      settings, "private_key_file", mode,
      [passphrase](signing::KeyFile& file) { return readKey(file, passphrase); },
      [passphrase] { return newRsaKey(passphrase); });
}

std::vector<sdk::Key> Rs256Signer::keys() {
  std::vector<sdk::Key> keys;
  for (const SigningKey& key : keys_) {
    keys.push_back(key.description);
  }
  return keys;
}

std::string Rs256Signer::sign(std::string_view kid, std::string_view bytes,
                              sdk::Deadline /*deadline*/) {
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const SigningKey& candidate) {
    return candidate.description.kid == kid;
  });
  if (found == keys_.end()) {
    signing::failInternally("there is no key with this kid");
  }
  const signing::OwnErrors errors;
  EVP_PKEY* key = found->key.get();
  const signing::DigestContextPointer context(EVP_MD_CTX_new());
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t length = signature.size();
  EVP_PKEY_CTX* parameters = nullptr;
  if (!context || EVP_DigestSignInit(context.get(), &parameters, EVP_sha256(), nullptr, key) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1 ||
      length != signature.size()) {
    signing::failInternally("OpenSSL could not make the RSA signature");
  }
  return signature;
}

// The keys are in memory.
void Rs256Signer::check(sdk::Deadline /*deadline*/) {}

}  // namespace token_service::signer_rs256
