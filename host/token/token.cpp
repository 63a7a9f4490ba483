#include "token/token.hpp"

#include "token/json.hpp"
#include "token_service/sdk/base64url.hpp"

#include <algorithm>
#include <array>

namespace token_service::token {
namespace {

using sdk::base64url::decode;
using sdk::base64url::encode;

// Of RSA with 2048 bits, encoded, and the two dots.
constexpr std::size_t kUsualSignatureSize = 344;

const KeyRing::Entry* keyFor(std::string_view header_segment, HeaderType type, const KeyRing& keys,
                             sdk::Time now) {
  // As we write it, which leaves nothing to be read.
  if (const KeyRing::Entry* entry = keys.findByHeader(header_segment, type, now)) {
    return entry;
  }
  const std::optional<std::string> text = decode(header_segment);
  const std::optional<Json> header = text ? parseJsonObject(*text, 1) : std::nullopt;
  if (!header || header->children.size() != 3) {
    return nullptr;
  }
  const Json* alg = header->find("alg");
  const Json* kid = header->find("kid");
  const Json* typ = header->find("typ");
  if (alg == nullptr || kid == nullptr || typ == nullptr || !alg->isString() || !kid->isString() ||
      !typ->isString() || typ->text != nameOf(type)) {
    return nullptr;
  }
  const KeyRing::Entry* entry = keys.find(kid->text, now);
  return entry != nullptr && entry->key.algorithm == alg->text ? entry : nullptr;
}

bool isMeantForUs(const Claims& claims, const Expectation& expectation) {
  if (claims.type != expectation.type || claims.iss != expectation.issuer) {
    return false;
  }
  return expectation.audience ? std::find(claims.aud.begin(), claims.aud.end(),
                                          *expectation.audience) != claims.aud.end()
                              : claims.aud.empty();
}

bool isTimely(const Claims& claims, std::chrono::seconds leeway, sdk::Time now) {
  return now < claims.exp + leeway && claims.iat <= now + kClockTolerance &&
         (!claims.nbf || *claims.nbf <= now + kClockTolerance);
}

}  // namespace

SignedToken signToken(const Claims& claims, HeaderType header, const KeyRing::Entry& key,
                      sdk::Deadline deadline) {
  const std::string& header_segment = key.header_segments[static_cast<std::size_t>(header)];
  const std::string payload = encodeClaims(claims);
  SignedToken token{{}, key.key.kid};
  token.text.reserve(header_segment.size() + payload.size() * 4 / 3 + kUsualSignatureSize);
  token.text.append(header_segment).push_back('.');
  encode(payload, token.text);
  const std::string signature = KeyRing::sign(key, token.text, deadline);
  token.text.push_back('.');
  encode(signature, token.text);
  return token;
}

std::optional<Claims> verifyToken(std::string_view token, const Expectation& expectation,
                                  const KeyRing& keys, sdk::Time now, sdk::Deadline deadline) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first == std::string_view::npos ? first : first + 1);
  if (token.size() > kMaxTokenSize || second == std::string_view::npos ||
      token.find('.', second + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  const KeyRing::Entry* entry = keyFor(token.substr(0, first), expectation.header, keys, now);
  if (entry == nullptr) {
    return std::nullopt;
  }
  const std::string_view segment = token.substr(first + 1, second - first - 1);
  // Not filled: what is read of it has been written.
  std::array<char, sdk::base64url::decodedSize(kMaxTokenSize)> payload;
  if (!decode(segment, payload.data()) || !keys.verifyToken(*entry, token, second + 1, deadline)) {
    return std::nullopt;
  }
  std::optional<Claims> claims =
      parseClaims({payload.data(), sdk::base64url::decodedSize(segment.size())});
  if (!claims || !isMeantForUs(*claims, expectation) ||
      !isTimely(*claims, expectation.leeway, now)) {
    return std::nullopt;
  }
  return claims;
}

}  // namespace token_service::token
