#include "token/key_ring.hpp"

#include "token/json.hpp"
#include "token_service/sdk/base64url.hpp"
#include "token_service/sdk/error.hpp"

#include <openssl/crypto.h>

#include <stdexcept>

namespace token_service::token {
namespace {

bool isHmac(std::string_view algorithm) { return algorithm.starts_with("HS"); }

std::string headerSegment(const sdk::Key& key) {
  std::string header = "{\"alg\":";
  appendJsonString(key.algorithm, header);
  header.append(",\"kid\":");
  appendJsonString(key.kid, header);
  header.append(",\"typ\":\"JWT\"}");
  return sdk::base64url::encode(header);
}

std::optional<PublicKey> publicKeyOf(const sdk::Key& key) {
  if (!key.public_jwk) {
    if (!isHmac(key.algorithm)) {
      throw std::invalid_argument("key " + key.kid + " signs with " + key.algorithm +
                                  " but publishes no JWK to verify it with");
    }
    return std::nullopt;
  }
  try {
    return PublicKey(*key.public_jwk, key.algorithm);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument("key " + key.kid + ": " + error.what());
  }
}

}  // namespace

KeyRing::KeyRing(const std::vector<sdk::Signer*>& signers) {
  for (sdk::Signer* signer : signers) {
    for (sdk::Key& key : signer->keys()) {
      if (find(key.kid) != nullptr) {
        throw std::invalid_argument("key " + key.kid +
                                    " is there twice: give each signer a key of its own");
      }
      std::optional<PublicKey> public_key = publicKeyOf(key);
      std::string header = headerSegment(key);
      entries_.push_back(Entry{std::move(key), signer, std::move(public_key), std::move(header)});
    }
    if (signer == signers.front()) {
      signing_count_ = entries_.size();
    }
  }
}

const KeyRing::Entry* KeyRing::find(std::string_view kid) const {
  for (const Entry& entry : entries_) {
    if (entry.key.kid == kid) {
      return &entry;
    }
  }
  return nullptr;
}

const KeyRing::Entry& KeyRing::signing(sdk::Time now) const {
  const Entry* newest = nullptr;
  for (std::size_t index = 0; index < signing_count_; ++index) {
    const Entry& entry = entries_[index];
    if (entry.key.active_from <= now &&
        (newest == nullptr || entry.key.active_from > newest->key.active_from)) {
      newest = &entry;
    }
  }
  if (newest == nullptr) {
    throw sdk::Error(sdk::ErrorCode::Unavailable, "no key may sign yet");
  }
  return *newest;
}

std::string KeyRing::sign(const Entry& entry, std::string_view bytes, sdk::Deadline deadline) {
  return entry.signer->sign(entry.key.kid, bytes, deadline);
}

bool KeyRing::verify(const Entry& entry, std::string_view bytes, std::string_view signature,
                     sdk::Deadline deadline) {
  if (entry.public_key) {
    return entry.public_key->verify(bytes, signature);
  }
  const std::string expected = sign(entry, bytes, deadline);
  return signature.size() == expected.size() &&
         CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) == 0;
}

void proveKeys(const KeyRing& keys, sdk::Signer& signer, sdk::Deadline deadline) {
  constexpr std::string_view kProbe = "token-service self-test";
  for (const sdk::Key& key : signer.keys()) {
    const KeyRing::Entry& entry = *keys.find(key.kid);
    std::string signature = KeyRing::sign(entry, kProbe, deadline);
    const bool good = KeyRing::verify(entry, kProbe, signature, deadline);
    signature.front() = static_cast<char>(signature.front() ^ 1);
    if (!good || KeyRing::verify(entry, kProbe, signature, deadline)) {
      throw sdk::Error(sdk::ErrorCode::InvalidConfig,
                       "self-test: what key " + key.kid +
                           " signs does not verify with the key that it publishes");
    }
  }
}

}  // namespace token_service::token
