#include "http/bearer.hpp"

#include <Poco/String.h>

namespace token_service::http {

std::optional<std::string_view> bearerToken(const std::optional<std::string>& authorization) {
  static constexpr std::string_view kScheme = "Bearer ";
  static constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";
  if (!authorization || authorization->size() <= kScheme.size() ||
      Poco::icompare(authorization->substr(0, kScheme.size()), std::string(kScheme)) != 0) {
    return std::nullopt;
  }
  const std::string_view token = std::string_view(*authorization).substr(kScheme.size());
  if (token.find_first_not_of(kAllowed) != std::string_view::npos) {
    return std::nullopt;
  }
  return token;
}

}  // namespace token_service::http
