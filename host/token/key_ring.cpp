#include "token/key_ring.hpp"

#include "token/json.hpp"
#include "token_service/sdk/base64url.hpp"
#include "token_service/sdk/error.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <stdexcept>

namespace token_service::token {
namespace {

bool isHmac(std::string_view algorithm) { return algorithm.starts_with("HS"); }

std::string headerSegment(const sdk::Key& key, HeaderType type) {
  std::string header = "{\"alg\":";
  appendJsonString(key.algorithm, header);
  header.append(",\"kid\":");
  appendJsonString(key.kid, header);
  header.append(",\"typ\":");
  appendJsonString(nameOf(type), header);
  header.push_back('}');
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

std::string_view nameOf(HeaderType type) { return type == HeaderType::Jwt ? "JWT" : "at+jwt"; }

KeyRing::KeyRing(const std::vector<sdk::Signer*>& signers, const Rules& rules)
    : verified_(std::make_unique<VerifiedSignatures>()) {
  for (sdk::Signer* signer : signers) {
    const KeySchedule schedule(signer->keys(), rules.token_lifetime, rules.max_age);
    for (const sdk::Key& key : schedule.keys()) {
      const bool known = std::any_of(entries_.begin(), entries_.end(),
                                     [&](const Entry& entry) { return entry.key.kid == key.kid; });
      if (known) {
        throw std::invalid_argument("key " + key.kid +
                                    " is there twice: give each signer a key of its own");
      }
      entries_.push_back(
          Entry{key,
                signer,
                publicKeyOf(key),
                {headerSegment(key, HeaderType::Jwt), headerSegment(key, HeaderType::AccessToken)},
                schedule.retiredFrom(key.kid)});
    }
    if (signer == signers.front()) {
      signing_count_ = entries_.size();
    }
  }
}

const KeyRing::Entry* KeyRing::find(std::string_view kid, sdk::Time now) const {
  for (const Entry& entry : entries_) {
    if (entry.key.kid == kid) {
      return unlessRetired(entry, now);
    }
  }
  return nullptr;
}

const KeyRing::Entry* KeyRing::findByHeader(std::string_view segment, HeaderType type,
                                            sdk::Time now) const {
  for (const Entry& entry : entries_) {
    if (entry.header_segments[static_cast<std::size_t>(type)] == segment) {
      return unlessRetired(entry, now);
    }
  }
  return nullptr;
}

const KeyRing::Entry* KeyRing::unlessRetired(const Entry& entry, sdk::Time now) {
  return entry.retired_from && *entry.retired_from <= now ? nullptr : &entry;
}

const KeyRing::Entry& KeyRing::signing(sdk::Time now) const {
  for (std::size_t index = signing_count_; index > 0; --index) {
    if (entries_[index - 1].key.active_from <= now) {
      return entries_[index - 1];
    }
  }
  throw sdk::Error(sdk::ErrorCode::Unavailable, "no key may sign yet");
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

bool KeyRing::verifyToken(const Entry& entry, std::string_view token, std::size_t signature,
                          sdk::Deadline deadline) const {
  const auto verified = [&] {
    const std::string_view segment = token.substr(signature);
    const std::optional<std::string> raw = sdk::base64url::decode(segment);
    return raw && !raw->empty() && verify(entry, token.substr(0, signature - 1), *raw, deadline);
  };
  if (!entry.public_key) {
    // As cheap as a look at what is remembered.
    return verified();
  }
  const Sha256 digest = sha256(token);
  const auto key = static_cast<VerifiedSignatures::KeyIndex>(&entry - entries_.data());
  if (verified_->contains(digest, key)) {
    return true;
  }
  if (!verified()) {
    return false;
  }
  verified_->remember(digest, key);
  return true;
}

void proveKeys(const KeyRing& keys, sdk::Signer& signer, sdk::Time now, sdk::Deadline deadline) {
  constexpr std::string_view kProbe = "token-service self-test";
  for (const KeyRing::Entry& entry : keys.entries()) {
    if (entry.signer != &signer) {
      continue;
    }
    std::string signature = KeyRing::sign(entry, kProbe, deadline);
    const bool good = KeyRing::verify(entry, kProbe, signature, deadline);
    signature.front() = static_cast<char>(signature.front() ^ 1);
    if (!good || KeyRing::verify(entry, kProbe, signature, deadline)) {
      throw sdk::Error(sdk::ErrorCode::InvalidConfig,
                       "self-test: what key " + entry.key.kid +
                           " signs does not verify with the key that it publishes");
    }
  }
  if (keys.entries().empty() || keys.entries().front().key.active_from > now) {
    throw sdk::Error(sdk::ErrorCode::InvalidConfig,
                     "no key may sign yet: one needs an active_from that has come");
  }
}

}  // namespace token_service::token
