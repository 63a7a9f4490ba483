#include "property.hpp"
#include "test_signer.hpp"
#include "token/token.hpp"
#include "token_service/sdk/base64url.hpp"

#include <algorithm>
#include <array>

// An input is one of three things that a forger may try:
//   e TOKEN (OPERATION POSITION POSITION CHARACTER)*   edits one of our tokens
//   t TEXT                                             a text of the forger's own
//   s HEADER newline CLAIMS                            whatever it is, signed with the HS256 key
// TOKEN, OPERATION, POSITION and CHARACTER are one byte each. Only what we signed is accepted, and
// of that only what is meant for us.

namespace token_service::fuzz {
namespace {

using namespace std::chrono_literals;
using host_test::TestSigner;
using sdk::base64url::encode;
using token::KeyRing;

constexpr std::chrono::sys_seconds kIssued{1'700'000'000s};
constexpr sdk::Time kNow{kIssued + 10s};
constexpr token::Expectation kExpected{token::TokenType::Access, "issuer", std::nullopt, 0s,
                                       token::HeaderType::Jwt};

sdk::Deadline soon() { return std::chrono::steady_clock::now() + 1min; }

class Issuer {
 public:
  Issuer() {
    signers_[0].addHmac("HS256", "0123456789abcdef0123456789abcdef");
    signers_[1].add("RS256", "RS256", host_test::keyPair("RSA-2048"));
    signers_[2].add("ES256", "ES256", host_test::keyPair("P-256"));
    keys_.emplace(std::vector<sdk::Signer*>{&signers_[0], &signers_[1], &signers_[2]},
                  KeyRing::Rules{15min, 0s});
    // Most of them with the key that verifies the fastest.
    for (const std::size_t key : {0U, 0U, 0U, 0U, 0U, 0U, 1U, 2U}) {
      token::Claims claims;
      claims.user_id = static_cast<std::int64_t>(tokens_.size() + 1);
      claims.jti = "a token's id";
      claims.sid = "a session's id";
      claims.iat = kIssued;
      claims.exp = kIssued + 15min;
      claims.iss = kExpected.issuer;
      tokens_.push_back(
          token::signToken(claims, kExpected.header, keys_->entries()[key], soon()).text);
    }
  }

  const std::string& token(std::uint8_t choice) const { return tokens_[choice % tokens_.size()]; }

  bool signedItself(std::string_view text) const {
    return std::find(tokens_.begin(), tokens_.end(), text) != tokens_.end();
  }

  std::string sign(std::string_view header, std::string_view claims) const {
    const std::string input = encode(header) + "." + encode(claims);
    return input + "." + encode(KeyRing::sign(keys_->entries().front(), input, soon()));
  }

  std::optional<token::Claims> verify(std::string_view text) const {
    return token::verifyToken(text, kExpected, *keys_, kNow, soon());
  }

 private:
  std::array<TestSigner, 3> signers_;
  std::optional<KeyRing> keys_;
  std::vector<std::string> tokens_;
};

std::string edited(std::string text, std::string_view edits) {
  for (; edits.size() >= 4 && !text.empty(); edits.remove_prefix(4)) {
    const auto high = static_cast<std::uint8_t>(edits[1]);
    const auto low = static_cast<std::uint8_t>(edits[2]);
    const std::size_t at = (high * 256U + low) % text.size();
    switch (edits[0] % 4) {
      case 0:
        text[at] = edits[3];
        break;
      case 1:
        text.insert(at, 1, edits[3]);
        break;
      case 2:
        text.erase(at, 1);
        break;
      default:
        text.push_back(edits[3]);
    }
  }
  return text;
}

void checkForgery(const Issuer& issuer, const std::string& text) {
  require(issuer.verify(text).has_value() == issuer.signedItself(text),
          "what we signed is accepted, and nothing else");
}

void checkSigned(const Issuer& issuer, const std::string& text) {
  if (const std::optional<token::Claims> claims = issuer.verify(text)) {
    require(
        claims->type == kExpected.type && claims->iss == kExpected.issuer && claims->aud.empty(),
        "what is accepted is meant for us");
    require(kNow < claims->exp && claims->iat <= kNow + token::kClockTolerance,
            "what is accepted is timely");
  }
}

void run(std::string_view input) {
  static const Issuer issuer;
  if (input.size() < 2) {
    return;
  }
  const std::string_view rest = input.substr(1);
  switch (input.front()) {
    case 'e':
      checkForgery(issuer,
                   edited(issuer.token(static_cast<std::uint8_t>(rest[0])), rest.substr(1)));
      break;
    case 't':
      checkForgery(issuer, std::string(rest));
      break;
    case 's': {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      checkSigned(issuer,
                  issuer.sign(rest.substr(0, end), end == rest.size() ? "" : rest.substr(end + 1)));
      break;
    }
    default:
      break;
  }
}

}  // namespace
}  // namespace token_service::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  token_service::fuzz::run(token_service::fuzz::textOf(data, size));
  return 0;
}
