#include "http/percent_encoding.hpp"

namespace token_service::http {

std::string percentEncoded(std::string_view text) {
  static constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char character : text) {
    if (kUnreserved.find(character) != std::string_view::npos) {
      out.push_back(character);
    } else {
      const auto byte = static_cast<unsigned char>(character);
      out.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return out;
}

}  // namespace token_service::http
