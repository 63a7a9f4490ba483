#include "property.hpp"
#include "token/claims.hpp"

using token_service::fuzz::require;
using token_service::token::Claims;
using token_service::token::encodeClaims;
using token_service::token::parseClaims;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::optional<Claims> claims = parseClaims(token_service::fuzz::textOf(data, size));
  if (!claims) {
    return 0;
  }
  require(claims->user_id >= 1, "users are counted from one");
  require(!claims->jti.empty() && !claims->sid.empty() && !claims->iss.empty(),
          "what is required is there");
  const std::string encoded = encodeClaims(*claims);
  const std::optional<Claims> again = parseClaims(encoded);
  require(again.has_value(), "what is encoded can be read");
  require(again->exp == claims->exp && again->iat == claims->iat, "times survive");
  require(again->user_id == claims->user_id && again->type == claims->type, "whose it is survives");
  require(encodeClaims(*again) == encoded, "what is read is encoded as it was");
  return 0;
}
