#include "config/public_url.hpp"

#include <algorithm>
#include <charconv>

namespace token_service::config {
namespace {

constexpr std::string_view kLettersAndDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool consistsOf(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](char character) {
    return kLettersAndDigits.find(character) != std::string_view::npos ||
           more.find(character) != std::string_view::npos;
  });
}

bool isPort(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= 1 && value <= 65535;
}

// A name, an IPv4 address or an IPv6 address in brackets.
bool isHost(std::string_view text) {
  if (text.starts_with('[')) {
    return text.size() > 4 && text.ends_with(']') &&
           text.substr(1, text.size() - 2).find_first_not_of("0123456789abcdefABCDEF:.") ==
               std::string_view::npos;
  }
  return !text.empty() && consistsOf(text, "-._");
}

bool isAuthority(std::string_view text) {
  const std::size_t end_of_host = text.starts_with('[') ? text.find(']') : 0;
  const std::size_t colon = text.find(':', std::min(end_of_host, text.size()));
  return isHost(text.substr(0, colon)) &&
         (colon == std::string_view::npos || isPort(text.substr(colon + 1)));
}

// Empty, or segments that no client changes on its way: none empty, no dots alone.
bool isPath(std::string_view text) {
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::string_view segment = text.substr(0, text.find('/'));
    if (segment.empty() || segment == "." || segment == ".." || !consistsOf(segment, "-._~")) {
      return false;
    }
    text.remove_prefix(segment.size());
  }
  return true;
}

// What follows `http://` or `https://`; empty if the URL starts with neither.
std::string_view afterScheme(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (url.starts_with(scheme)) {
      return url.substr(scheme.size());
    }
  }
  return {};
}

}  // namespace

bool isPublicUrl(std::string_view url) {
  const std::string_view rest = afterScheme(url);
  return isAuthority(rest.substr(0, rest.find('/'))) && isPath(pathOfUrl(url));
}

std::string_view pathOfUrl(std::string_view url) {
  const std::string_view rest = afterScheme(url);
  const std::size_t slash = rest.find('/');
  return slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
}

}  // namespace token_service::config
