#pragma once

#include <openssl/crypto.h>

#include <string>
#include <string_view>
#include <vector>

namespace token_service::signing {

// Key material. Moves, never copies, and is wiped when it goes.
class SecretBytes {
 public:
  // Wipes `source`.
  explicit SecretBytes(std::string&& source) : bytes_(source.begin(), source.end()) {
    OPENSSL_cleanse(source.data(), source.size());
  }
  explicit SecretBytes(std::string_view source) : bytes_(source.begin(), source.end()) {}
  SecretBytes(SecretBytes&& other) noexcept = default;
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~SecretBytes() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

  std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

  // As editors and shells leave text: less one newline at the end.
  std::string_view withoutTrailingNewline() const {
    std::string_view text = view();
    if (text.ends_with('\n')) {
      text.remove_suffix(1);
    }
    return text;
  }

 private:
  std::vector<char> bytes_;
};

}  // namespace token_service::signing
