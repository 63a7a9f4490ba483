#pragma once

#include "token_service/sdk/host.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::sdk {

/// One key of a signer, as the host sees it.
struct Key {
  /// RFC 7638 thumbprint of the public JWK. For a symmetric key: of a JWK whose `k` is derived
  /// one way from the secret.
  std::string kid;
  /// RFC 7518 `alg` value, for example `RS256`.
  std::string algorithm;
  /// The RFC 7517 public key as one JSON object without private members, or none for a symmetric
  /// key. A key without it is verified by signing again.
  std::optional<std::string> public_jwk;
  /// From then on every replica has the key and publishes it.
  Time published_from{};
  /// From then on the key may sign. The newest key whose time has come signs; the one before it
  /// goes on verifying until the last token that it signed has expired. No two keys of a signer
  /// become active at the same time.
  Time active_from{};
  /// The key may sign before verifiers had the time to fetch it: after a leak, say. Without it the
  /// host refuses a key, other than the signer's earliest, that becomes active less than the
  /// key set's `max-age` after `published_from`.
  bool emergency = false;
};

/// Holds signing keys. The host verifies signatures itself, from `Key::public_jwk`.
///
/// Every operation may be called from many threads at once, on one object. The host never calls a
/// signer inside a store transaction. The object lives until the process stops or a reload replaces
/// it; it is destroyed after its last call returned.
class [[gnu::visibility("default")]] Signer {
 public:
  Signer() = default;
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;
  virtual ~Signer() = default;

  /// All keys: those that sign, those published ahead and retired ones that still verify. The list
  /// of one object never changes; a new schedule comes as a new object.
  virtual std::vector<Key> keys() = 0;

  /// The signature over `bytes` (the JWS signing input, RFC 7515 section 5.1), raw, as RFC 7518
  /// section 3 defines it for the key's algorithm. Every kid of `keys()` can sign, retired ones
  /// too: an answer that was lost is signed again.
  /// Throws Error: Unavailable, Timeout, Internal; Internal for a kid that is not in `keys()`.
  virtual std::string sign(std::string_view kid, std::string_view bytes, Deadline deadline) = 0;

  /// Returns if `sign` can be expected to work now, else throws Error. Cheap; used for readiness.
  virtual void check(Deadline deadline) = 0;
};

}  // namespace token_service::sdk
