#include "plugin/guarded_signer.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace token_service::plugin {
namespace {

constexpr std::size_t kLongestKid = 128;
constexpr std::size_t kLongestAlgorithm = 32;
constexpr std::size_t kLongestJwk = std::size_t{16} * 1024;
constexpr std::size_t kLongestSignature = 2048;

bool isKid(std::string_view kid) {
  return !kid.empty() && kid.size() <= kLongestKid &&
         kid.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
             std::string_view::npos;
}

}  // namespace

GuardedSigner::GuardedSigner(std::string_view name, std::unique_ptr<sdk::Signer> signer,
                             sdk::Host& host)
    : guard_(sdk::PluginKind::Signer, name, host), signer_(std::move(signer)) {}

std::vector<sdk::Key> GuardedSigner::keys() {
  std::vector<sdk::Key> keys = guard_.run("keys", [&] { return signer_->keys(); });
  if (keys.empty()) {
    guard_.refuse("keys returned no key");
  }
  std::set<std::string_view> kids;
  for (const sdk::Key& key : keys) {
    if (!isKid(key.kid)) {
      guard_.refuse("keys returned a kid that is not 1 to 128 characters of A-Z a-z 0-9 - _");
    }
    if (!kids.insert(key.kid).second) {
      guard_.refuse("keys returned the kid " + key.kid + " twice");
    }
    if (key.algorithm.empty() || key.algorithm.size() > kLongestAlgorithm) {
      guard_.refuse("keys returned the key " + key.kid +
                    " with an algorithm that is not 1 to 32 characters");
    }
    if (key.public_jwk && (key.public_jwk->empty() || key.public_jwk->size() > kLongestJwk)) {
      guard_.refuse("keys returned the key " + key.kid +
                    " with a public JWK that is not 1 byte to 16 KiB");
    }
  }
  return keys;
}

std::string GuardedSigner::sign(std::string_view kid, std::string_view bytes,
                                sdk::Deadline deadline) {
  std::string signature = guard_.run("sign", [&] { return signer_->sign(kid, bytes, deadline); });
  if (signature.empty()) {
    guard_.refuse("sign returned an empty signature");
  }
  if (signature.size() > kLongestSignature) {
    guard_.refuse("sign returned a signature of " + std::to_string(signature.size()) +
                  " bytes, more than 2048");
  }
  return signature;
}

void GuardedSigner::check(sdk::Deadline deadline) {
  guard_.run("check", [&] { signer_->check(deadline); });
}

}  // namespace token_service::plugin
