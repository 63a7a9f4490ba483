#pragma once

#include "token_service/sdk/store.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace token_service::session {

// Sessions as the store gave them a moment ago, at most `max_age` old. What this process changes is
// dropped at once; what others change is not seen before that time is over. At most kCapacity of
// them: the older half makes room. Safe for use from many threads at once.
class RecentSessions {
 public:
  // Grows with each drop: tells whether a look-up began before one.
  using Epoch = std::uint64_t;

  static constexpr std::size_t kCapacity = 8192;

  explicit RecentSessions(std::chrono::milliseconds max_age) : max_age_(max_age) {}

  // The session, if it was found at most `max_age` before `now` and has not expired.
  std::optional<sdk::Session> recall(std::int64_t user_id, std::string_view session_id,
                                     sdk::Time now);

  // To be asked before a look-up whose result shall be kept.
  Epoch epoch(std::int64_t user_id);

  // Keeps what a look-up at `found_at` gave, unless something was dropped since `before`: then it
  // may have been read before the change and come here after.
  void keep(const sdk::Session& session, sdk::Time found_at, Epoch before);

  // Forgets all sessions of the user.
  void drop(std::int64_t user_id);

 private:
  struct Found {
    sdk::Session session;
    sdk::Time at;
  };
  using OfUser = std::map<std::string, std::shared_ptr<const Found>, std::less<>>;

  struct Generation {
    std::map<std::int64_t, OfUser> users;
    std::size_t size = 0;

    std::shared_ptr<const Found> find(std::int64_t user_id, std::string_view session_id) const;
    void drop(std::int64_t user_id);
  };

  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kGenerationSize = kCapacity / kShards / 2;

  struct Shard {
    std::mutex mutex;
    Epoch epoch = 0;
    // When the younger generation began.
    sdk::Time since{};
    Generation young;
    Generation old;
  };

  Shard& shardOf(std::int64_t user_id) {
    return shards_[static_cast<std::uint64_t>(user_id) % kShards];
  }

  std::chrono::milliseconds max_age_;
  std::array<Shard, kShards> shards_;
};

}  // namespace token_service::session
