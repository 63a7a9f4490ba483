#pragma once

#include "token/claims.hpp"
#include "token/key_ring.hpp"
#include "token_service/sdk/host.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace token_service::token {

// What a token must say besides having a good signature.
struct Expectation {
  TokenType type = TokenType::Access;
  std::string_view issuer;
  // None: the token must have no audience.
  std::optional<std::string_view> audience;
  // For `exp`.
  std::chrono::seconds leeway{0};
  HeaderType header = HeaderType::Jwt;
};

inline constexpr std::size_t kMaxTokenSize = 4096;

struct SignedToken {
  std::string text;
  std::string kid;
};

// A compact JWS (RFC 7515 section 7.1) over the claims, signed with that key. The same claims and
// key give the same bytes if the key's algorithm is deterministic. Throws what the signer throws.
SignedToken signToken(const Claims& claims, HeaderType header, const KeyRing::Entry& key,
                      sdk::Deadline deadline);

// The claims of a token that is good now, or none; why it is not good is nobody's business. The
// algorithm is that of the key which `kid` names, whatever the header says must agree with it, and
// a header with anything but `alg`, `kid` and `typ` is refused. Nothing of the payload is read
// before the signature has been verified. `iat` and `nbf` may be ahead of the clock by
// kClockTolerance.
std::optional<Claims> verifyToken(std::string_view token, const Expectation& expectation,
                                  const KeyRing& keys, sdk::Time now, sdk::Deadline deadline);

}  // namespace token_service::token
