#pragma once

#include "token/key_schedule.hpp"
#include "token/public_key.hpp"
#include "token/verified_signatures.hpp"
#include "token_service/sdk/signer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::token {

// The `typ` of a JOSE header: of every token of ours, and of access tokens in the profile of
// RFC 9068.
enum class HeaderType { Jwt, AccessToken };

// `JWT`, `at+jwt`.
std::string_view nameOf(HeaderType type);

// The keys that sign and verify one kind of token, and when. Built at start and at each reload,
// never changed, but that it remembers
// what it verified: safe for use from many threads at once. The signers outlive it.
class KeyRing {
 public:
  struct Rules {
    // Of the longest-lived token, leeway included.
    std::chrono::seconds token_lifetime{};
    // How long others may keep the published keys.
    std::chrono::seconds max_age{};
  };

  struct Entry {
    sdk::Key key;
    sdk::Signer* signer;
    // None for a symmetric key, which is verified by signing again.
    std::optional<PublicKey> public_key;
    // The encoded JOSE headers of the tokens that this key signs, by HeaderType.
    std::array<std::string, 2> header_segments;
    // From then on the key verifies nothing.
    std::optional<sdk::Time> retired_from;
  };

  // `signers`: the first one signs, all verify. Throws std::invalid_argument, naming the kid, if a
  // published key is not fit for its algorithm, if an asymmetric key is not published, if two keys
  // have the same kid, or if a schedule would break verifiers.
  KeyRing(const std::vector<sdk::Signer*>& signers, const Rules& rules);

  // The key with that kid, or null if there is none or its time is over.
  const Entry* find(std::string_view kid, sdk::Time now) const;

  // The same for the key whose header of that type `segment` is, to the byte.
  const Entry* findByHeader(std::string_view segment, HeaderType type, sdk::Time now) const;

  // The key that signs now. Throws sdk::Error, Unavailable, if the time of none has come.
  const Entry& signing(sdk::Time now) const;

  const std::vector<Entry>& entries() const { return entries_; }

  // Whether one of its keys takes long to sign.
  bool isAsymmetric() const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [](const Entry& entry) { return entry.public_key.has_value(); });
  }

  // The key's raw signature.
  static std::string sign(const Entry& entry, std::string_view bytes, sdk::Deadline deadline);

  // Whether `signature` is the key's over `bytes`. Throws what a symmetric key's signer throws.
  static bool verify(const Entry& entry, std::string_view bytes, std::string_view signature,
                     sdk::Deadline deadline);

  // Whether the last segment of `token`, which starts at `signature`, is the key's signature over
  // what stands before its dot. Of an asymmetric key each token is verified once, as long as it is
  // remembered. Throws as `verify`.
  bool verifyToken(const Entry& entry, std::string_view token, std::size_t signature,
                   sdk::Deadline deadline) const;

  VerifiedSignatures& verified() const { return *verified_; }

 private:
  // Null if its time is over.
  static const Entry* unlessRetired(const Entry& entry, sdk::Time now);
  // Those of one signer stand together, by `active_from`.
  std::vector<Entry> entries_;
  std::size_t signing_count_ = 0;
  std::unique_ptr<VerifiedSignatures> verified_;
};

// Signs a probe with every key of the ring's first signer and verifies it, so that an unfit key is
// found before the first token is issued. Throws sdk::Error: also if no key may sign now.
void proveKeys(const KeyRing& keys, sdk::Signer& signer, sdk::Time now, sdk::Deadline deadline);

}  // namespace token_service::token
