#pragma once

#include "token/public_key.hpp"
#include "token_service/sdk/signer.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::token {

// The keys that sign and verify one kind of token. Built at start, never changed: safe for use from
// many threads at once. The signers outlive it.
class KeyRing {
 public:
  struct Entry {
    sdk::Key key;
    sdk::Signer* signer;
    // None for a symmetric key, which is verified by signing again.
    std::optional<PublicKey> public_key;
    // The encoded JOSE header of every token that this key signs.
    std::string header_segment;
  };

  // `signers`: the first one signs, all verify. Throws std::invalid_argument, naming the kid, if a
  // published key is not fit for its algorithm, if an asymmetric key is not published, or if two
  // keys have the same kid.
  explicit KeyRing(const std::vector<sdk::Signer*>& signers);

  // The key with that kid, or null.
  const Entry* find(std::string_view kid) const;

  // The key that signs now: the newest whose time has come. Throws sdk::Error, Unavailable, if
  // there is none.
  const Entry& signing(sdk::Time now) const;

  // The key's raw signature.
  static std::string sign(const Entry& entry, std::string_view bytes, sdk::Deadline deadline);

  // Whether `signature` is the key's over `bytes`. Throws what a symmetric key's signer throws.
  static bool verify(const Entry& entry, std::string_view bytes, std::string_view signature,
                     sdk::Deadline deadline);

 private:
  std::vector<Entry> entries_;
  std::size_t signing_count_ = 0;
};

// Signs a probe with every key that may sign and verifies it, so that an unfit key is found before
// the first token is issued. Throws sdk::Error.
void proveKeys(const KeyRing& keys, sdk::Signer& signer, sdk::Deadline deadline);

}  // namespace token_service::token
