#include "property.hpp"
#include "session/token_data.hpp"

using token_service::fuzz::require;
using token_service::session::encodeTokenData;
using token_service::session::parseTokenData;
using token_service::session::TokenData;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::optional<TokenData> value = parseTokenData(token_service::fuzz::textOf(data, size));
  if (!value) {
    return 0;
  }
  const std::string encoded = encodeTokenData(*value);
  const std::optional<TokenData> again = parseTokenData(encoded);
  require(again.has_value(), "what is encoded can be read");
  require(encodeTokenData(*again) == encoded, "what is read is encoded as it was");
  return 0;
}
