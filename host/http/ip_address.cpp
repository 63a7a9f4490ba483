#include "http/ip_address.hpp"

#include <arpa/inet.h>

#include <array>

namespace token_service::http {

std::optional<std::string> canonicalIp(const std::string& text) {
  if (text.find('\0') != std::string::npos) {
    return std::nullopt;
  }
  for (const int family : {AF_INET, AF_INET6}) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    std::array<char, INET6_ADDRSTRLEN> spelling{};
    if (inet_pton(family, text.c_str(), address.data()) == 1 &&
        inet_ntop(family, address.data(), spelling.data(), spelling.size()) != nullptr) {
      return spelling.data();
    }
  }
  return std::nullopt;
}

}  // namespace token_service::http
