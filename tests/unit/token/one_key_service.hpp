#pragma once

#include "fixed_clock.hpp"
#include "test_signer.hpp"
#include "token/token.hpp"
#include "token_service/sdk/base64url.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::token {

inline constexpr std::chrono::sys_seconds kIat{std::chrono::seconds(1'700'000'000)};
inline constexpr sdk::Time kNow{kIat + std::chrono::seconds(10)};
inline const std::string kSecret = "0123456789abcdef0123456789abcdef";
inline constexpr Expectation kExpected{TokenType::Access, "our-issuer", std::nullopt,
                                       std::chrono::seconds(0), HeaderType::Jwt};
inline constexpr KeyRing::Rules kRules{std::chrono::minutes(15), std::chrono::seconds(0)};

inline SignedToken signedNow(const Claims& claims, const KeyRing& keys,
                             HeaderType header = HeaderType::Jwt) {
  return signToken(claims, header, keys.signing(kNow), host_test::soon());
}

inline Claims accessClaims() {
  Claims claims;
  claims.user_id = 7;
  claims.jti = "jti";
  claims.sid = "sid";
  claims.iat = kIat;
  claims.exp = kIat + std::chrono::minutes(15);
  claims.iss = "our-issuer";
  return claims;
}

// A token of its own for every number.
inline Claims numbered(int number) {
  Claims claims = accessClaims();
  claims.user_id = number + 1;
  claims.jti = "jti-" + std::to_string(number);
  return claims;
}

// One service with one key, and all that a forger may know of it.
struct Service {
  explicit Service(const std::string& key_algorithm) : algorithm(key_algorithm), kid("kid-1") {
    if (algorithm == "HS256") {
      signer.addHmac(kid, kSecret);
    } else {
      pair = host_test::keyPair(algorithm == "ES256"   ? "P-256"
                                : algorithm == "ES384" ? "P-384"
                                : algorithm == "ES512" ? "P-521"
                                : algorithm == "EdDSA" ? "Ed25519"
                                                       : "RSA-2048");
      signer.add(kid, algorithm, pair);
    }
    keys.emplace(std::vector<sdk::Signer*>{&signer}, kRules);
  }

  std::string token(const Claims& claims = accessClaims()) const {
    return signedNow(claims, *keys).text;
  }

  // With our own key, whatever the header and payload are.
  std::string signedAs(const std::string& header, const std::string& payload) {
    const std::string input =
        sdk::base64url::encode(header) + "." + sdk::base64url::encode(payload);
    return input + "." + sdk::base64url::encode(signer.sign(kid, input, host_test::soon()));
  }

  std::string withPayload(const std::string& payload) {
    return signedAs(R"({"alg":")" + algorithm + R"(","kid":"kid-1","typ":"JWT"})", payload);
  }

  std::string withHeader(const std::string& header) {
    return signedAs(header, encodeClaims(accessClaims()));
  }

  bool accepts(std::string_view text, const Expectation& expected = kExpected,
               sdk::Time now = kNow) const {
    return verifyToken(text, expected, *keys, now, host_test::soon()).has_value();
  }

  std::string algorithm;
  std::string kid;
  host_test::KeyPair pair;
  host_test::TestSigner signer;
  std::optional<KeyRing> keys;
};

}  // namespace token_service::token
