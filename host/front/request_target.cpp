#include "front/request_target.hpp"

#include "front/characters.hpp"

#include <algorithm>

namespace token_service::front {
namespace {

bool isAddressLiteral(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char character) {
    return hexValue(character) >= 0 || character == ':' || character == '.';
  });
}

// unreserved and sub-delims but the comma.
bool isNameCharacter(char character) {
  static constexpr std::string_view kOthers = "-._~!$&'()*+;=";
  return isDigit(character) || (character >= 'a' && character <= 'z') ||
         (character >= 'A' && character <= 'Z') ||
         kOthers.find(character) != std::string_view::npos;
}

bool isRegisteredName(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3 || hexValue(text[i + 1]) < 0 || hexValue(text[i + 2]) < 0) {
        return false;
      }
      i += 2;
    } else if (!isNameCharacter(text[i])) {
      return false;
    }
  }
  return true;
}

// Without the port and its colon, if it has one; none if something else follows the host.
std::optional<std::string_view> withoutPort(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t host_end = bracket == std::string_view::npos ? 0 : bracket + 1;
  const std::size_t colon = std::min(authority.find(':', host_end), authority.size());
  const std::string_view port = authority.substr(std::min(colon + 1, authority.size()));
  if (!std::all_of(port.begin(), port.end(), isDigit)) {
    return std::nullopt;
  }
  return authority.substr(0, colon);
}

}  // namespace

bool isAuthority(std::string_view text) {
  const std::optional<std::string_view> host = withoutPort(text);
  if (!host) {
    return false;
  }
  if (host->starts_with('[')) {
    return host->ends_with(']') && isAddressLiteral(host->substr(1, host->size() - 2));
  }
  return isRegisteredName(*host);
}

bool isTargetOf(std::string_view method, std::string_view target) {
  if (target.starts_with('/')) {
    return true;
  }
  if (method == "CONNECT") {
    return isAuthority(target);
  }
  return (target == "*" && method == "OPTIONS") || absoluteTarget(target);
}

std::optional<AbsoluteTarget> absoluteTarget(std::string_view target) {
  static constexpr std::string_view kScheme = "http://";
  if (!equalsIgnoringCase(target.substr(0, kScheme.size()), kScheme)) {
    return std::nullopt;
  }
  target.remove_prefix(kScheme.size());
  const std::size_t end = std::min(target.find_first_of("/?"), target.size());
  return AbsoluteTarget{target.substr(0, end), target.substr(end)};
}

}  // namespace token_service::front
