#include "token/key_set.hpp"

#include "token/json.hpp"

#include <string_view>

namespace token_service::token {
namespace {

// RFC 7518 section 6, RFC 8037 section 2: whatever else a plugin put into its JWK stays here.
constexpr std::string_view kPublicMembers[] = {"kty", "n", "e", "crv", "x", "y"};

void appendMember(std::string_view name, std::string_view value, std::string& out) {
  out.append(out.back() == '{' ? "" : ",");
  appendJsonString(name, out);
  out.push_back(':');
  appendJsonString(value, out);
}

void appendKey(const sdk::Key& key, std::string& out) {
  const std::optional<Json> jwk = parseJsonObject(*key.public_jwk);
  out.push_back('{');
  for (const std::string_view name : kPublicMembers) {
    const Json* member = jwk ? jwk->find(name) : nullptr;
    if (member != nullptr && member->isString()) {
      appendMember(name, member->text, out);
    }
  }
  appendMember("kid", key.kid, out);
  appendMember("alg", key.algorithm, out);
  appendMember("use", "sig", out);
  out.push_back('}');
}

}  // namespace

std::string keySet(const KeyRing& keys, sdk::Time now) {
  std::string out = "{\"keys\":[";
  for (const KeyRing::Entry& entry : keys.entries()) {
    if (entry.key.public_jwk && keys.find(entry.key.kid, now) != nullptr) {
      out.append(out.back() == '[' ? "" : ",");
      appendKey(entry.key, out);
    }
  }
  return out + "]}";
}

}  // namespace token_service::token
