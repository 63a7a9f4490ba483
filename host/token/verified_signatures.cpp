#include "token/verified_signatures.hpp"

#include <algorithm>

namespace token_service::token {

bool VerifiedSignatures::contains(const Sha256& token, KeyIndex key) {
  Shard& shard = shardOf(token);
  const std::scoped_lock lock(shard.mutex);
  if (shard.sets == nullptr) {
    return false;
  }
  Set& set = (*shard.sets)[setOf(token)];
  const auto found = std::find_if(set.begin(), set.end(), [&](const Entry& entry) {
    return entry.used && entry.key == key && entry.token == token;
  });
  if (found == set.end()) {
    return false;
  }
  std::rotate(set.begin(), found, std::next(found));
  return true;
}

void VerifiedSignatures::remember(const Sha256& token, KeyIndex key) {
  Shard& shard = shardOf(token);
  const std::scoped_lock lock(shard.mutex);
  if (shard.sets == nullptr) {
    shard.sets = std::make_unique<std::array<Set, kSets>>();
  }
  Set& set = (*shard.sets)[setOf(token)];
  // Two that verified it at once remember it once.
  auto place = std::find_if(set.begin(), std::prev(set.end()), [&](const Entry& entry) {
    return !entry.used || entry.token == token;
  });
  std::rotate(set.begin(), place, std::next(place));
  set.front() = {token, key, true};
}

}  // namespace token_service::token
