#pragma once

#include "signers/plugin_settings.hpp"
#include "signers/temporary_folder.hpp"
#include "token/token.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace token_service::bench {

inline constexpr std::chrono::sys_seconds kIat{std::chrono::seconds(1'700'000'000)};
inline constexpr sdk::Time kNow{kIat + std::chrono::seconds(10)};

// The claims of an access token as the service makes them.
inline token::Claims claimsOf(std::int64_t user_id) {
  token::Claims claims;
  claims.user_id = user_id;
  claims.jti = "Zm9vYmFyYmF6cXV4MTIzNA";
  claims.sid = "c2Vzc2lvbi1pZC0xMjM0NQ";
  claims.iat = kIat;
  claims.exp = kIat + std::chrono::minutes(15);
  claims.iss = "https://auth.example.org";
  return claims;
}

inline token::Expectation expected() {
  token::Expectation expectation;
  expectation.issuer = "https://auth.example.org";
  return expectation;
}

// One of our signers with a fresh key, and its ring.
template <typename PluginSigner>
class SigningRing {
 public:
  explicit SigningRing(const std::string& file_setting) {
    signers_test::SilentHost host;
    signers_test::PluginSettings settings(folder_.path(), {{file_setting, "key"}});
    signer_ = std::make_unique<PluginSigner>(settings.settings(), host, sdk::Mode::Generate);
  }

  token::KeyRing ring() const {
    return token::KeyRing({signer_.get()}, {std::chrono::minutes(15), std::chrono::seconds(0)});
  }

  PluginSigner& signer() { return *signer_; }

 private:
  signers_test::TemporaryFolder folder_;
  std::unique_ptr<PluginSigner> signer_;
};

inline std::string tokenOf(const token::KeyRing& ring, std::int64_t user_id) {
  return token::signToken(claimsOf(user_id), token::HeaderType::Jwt, ring.signing(kNow),
                          sdk::Deadline::max())
      .text;
}

}  // namespace token_service::bench
