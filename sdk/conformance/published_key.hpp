#pragma once

#include <openssl/evp.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace token_service::conformance {

/// The public key of an RFC 7517 JWK, read without the plugin's help.
class PublishedKey {
 public:
  /// None, and `why` says so, unless `jwk` is one JSON object with no member twice that holds a
  /// whole public key of a type that RS256, PS256, ES256 or EdDSA uses.
  static std::optional<PublishedKey> read(std::string_view jwk, std::string& why);

  /// Whether the object has a member of this name.
  bool has(std::string_view member) const;
  /// A member's text; empty if there is none or it is no string.
  std::string text(std::string_view member) const;

  /// RFC 7638, with SHA-256.
  std::string thumbprint() const;

  /// Whether `signature`, as RFC 7518 section 3 and RFC 8037 define it, is good for `bytes`. False
  /// for an algorithm that does not fit the key.
  bool verifies(std::string_view algorithm, std::string_view bytes,
                std::string_view signature) const;

 private:
  std::map<std::string, std::string, std::less<>> texts_;
  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace token_service::conformance
