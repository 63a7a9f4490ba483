#include "http/basic_credentials.hpp"
#include "http/bearer.hpp"
#include "property.hpp"

#include <algorithm>

using token_service::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::optional<std::string> header(token_service::fuzz::textOf(data, size));
  const auto token = token_service::http::bearerToken(header);
  if (token) {
    require(!token->empty() && header->ends_with(*token), "a token is what stands behind Bearer");
    require(std::all_of(token->begin(), token->end(), [](char c) { return c > ' ' && c <= '~'; }),
            "a token is visible characters");
  }
  const auto credentials = token_service::http::basicCredentials(header);
  require(!token || !credentials, "a header has one scheme");
  if (credentials) {
    require(credentials->name.size() + credentials->secret.size() < header->size(),
            "credentials are no longer than their code");
  }
  return 0;
}
