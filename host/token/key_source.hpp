#pragma once

#include "token/key_ring.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace token_service::token {

// The keys of both kinds of token.
struct KeyRings {
  KeyRing access;
  KeyRing refresh;
};

// The keys that are in force. A reload swaps them as a whole; whoever took them before goes on with
// what it took, and the old ones go when nobody holds them any more. Safe for use from many threads
// at once.
class KeySource {
 public:
  explicit KeySource(std::shared_ptr<const KeyRings> keys) : keys_(std::move(keys)) {}

  std::shared_ptr<const KeyRings> current() const { return keys_.load(); }
  void replace(std::shared_ptr<const KeyRings> keys) { keys_.store(std::move(keys)); }

 private:
  std::atomic<std::shared_ptr<const KeyRings>> keys_;
};

}  // namespace token_service::token
