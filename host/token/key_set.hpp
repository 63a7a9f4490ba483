#pragma once

#include "token/key_ring.hpp"

#include <string>

namespace token_service::token {

// The RFC 7517 key set (section 5) of the ring's public keys: those that verify tokens now or will,
// each with `kid`, `alg` and `use`. Empty if all keys are symmetric.
std::string keySet(const KeyRing& keys, sdk::Time now);

}  // namespace token_service::token
