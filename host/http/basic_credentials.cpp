#include "http/basic_credentials.hpp"

#include "http/authorization_scheme.hpp"
#include "http/form.hpp"
#include "token_service/sdk/base64url.hpp"

#include <algorithm>
#include <string_view>

namespace token_service::http {
namespace {

// RFC 4648 section 4: padded, no white space, no unused bits set.
std::optional<std::string> decodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) {
    text.remove_suffix(1);
  }
  if (text.find_first_of("-_") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string url_safe(text);
  std::replace(url_safe.begin(), url_safe.end(), '+', '-');
  std::replace(url_safe.begin(), url_safe.end(), '/', '_');
  return sdk::base64url::decode(url_safe);
}

bool isControl(char character) {
  const auto code = static_cast<unsigned char>(character);
  return code < 0x20 || code == 0x7f;
}

}  // namespace

std::optional<BasicCredentials> basicCredentials(const std::optional<std::string>& authorization) {
  static constexpr std::string_view kScheme = "basic";
  if (authorizationScheme(authorization) != kScheme || authorization->size() == kScheme.size() ||
      (*authorization)[kScheme.size()] != ' ') {
    return std::nullopt;
  }
  const std::optional<std::string> pair =
      decodeBase64(std::string_view(*authorization).substr(kScheme.size() + 1));
  if (!pair || std::any_of(pair->begin(), pair->end(), isControl)) {
    return std::nullopt;
  }
  const std::size_t colon = pair->find(':');
  if (colon == std::string::npos) {
    return std::nullopt;
  }
  std::optional<std::string> name = decodeFormText(std::string_view(*pair).substr(0, colon));
  std::optional<std::string> secret = decodeFormText(std::string_view(*pair).substr(colon + 1));
  if (!name || !secret) {
    return std::nullopt;
  }
  return BasicCredentials{*std::move(name), *std::move(secret)};
}

}  // namespace token_service::http
