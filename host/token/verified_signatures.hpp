#pragma once

#include "token/sha256.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace token_service::token {

// Which tokens of one kind have a good signature, and by which key, so that none is verified twice.
// Belongs to the keys of one KeyRing and goes with them. Says nothing but that: whether the key may
// still verify and the claims are good is for the caller to decide each time.
//
// Bounded: 65,536 tokens in 2.3 MiB, taken in parts of 9 KiB with the first token of each. Within a
// set of four, to which the digest leads, the one that was not asked for the longest makes room.
// Safe for use from many threads at once.
class VerifiedSignatures {
 public:
  // A key's place in its ring.
  using KeyIndex = std::uint16_t;

  static constexpr std::size_t kCapacity = 65'536;

  // Whether `remember` was called for that token and that key. Compares in a time that depends on
  // how much of the digests is equal, which helps nobody: it tells about SHA-256 of a token, and
  // from the digest of a token that one does not have, there is no way to its signature.
  bool contains(const Sha256& token, KeyIndex key);

  // `token` has a good signature by that key. Never for one that has not: a refusal is not kept.
  void remember(const Sha256& token, KeyIndex key);

 private:
  struct Entry {
    Sha256 token{};
    KeyIndex key = 0;
    bool used = false;
  };

  // The one asked for last comes first.
  using Set = std::array<Entry, 4>;
  static constexpr std::size_t kShards = 256;
  static constexpr std::size_t kSets = kCapacity / kShards / std::tuple_size_v<Set>;

  // Shards have a lock each, which is held for a look at four entries.
  struct Shard {
    std::mutex mutex;
    std::unique_ptr<std::array<Set, kSets>> sets;
  };

  Shard& shardOf(const Sha256& token) { return shards_[token[0]]; }
  static std::size_t setOf(const Sha256& token) { return token[1] % kSets; }

  std::array<Shard, kShards> shards_;
};

}  // namespace token_service::token
