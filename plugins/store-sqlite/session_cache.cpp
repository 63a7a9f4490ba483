#include "session_cache.hpp"

#include <algorithm>
#include <list>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

namespace token_service::store_sqlite {
namespace {

using SharedSession = std::shared_ptr<const sdk::Session>;

// Many, since a change keeps the other users of its shard from being filled in meanwhile.
constexpr std::size_t kMostShards = 256;
// So many that the users of one shard do not push each other out while others are empty.
constexpr std::size_t kLeastPerShard = 16;
// They are searched one by one.
constexpr std::size_t kMostPerUser = 32;

struct User {
  std::int64_t id = 0;
  std::vector<SharedSession> sessions;
};

/// The finalizer of SplitMix64: ids that follow on each other end up anywhere.
std::uint64_t mixed(std::int64_t id) {
  auto bits = static_cast<std::uint64_t>(id);
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

}  // namespace

/// The users whose ids have one hash. All but the mutex is behind the mutex.
struct alignas(64) SessionCache::Shard {
  std::mutex mutex;
  /// The one that was asked for last is the first.
  std::list<User> users;
  std::unordered_map<std::int64_t, std::list<User>::iterator> by_id;
  std::size_t sessions = 0;
  /// How many updates there have been.
  std::uint64_t generation = 0;
  /// How many changes have been announced and not yet come to their end.
  int changing = 0;

  /// The sessions of a user, who is now the one that was asked for last; null if none are known.
  std::vector<SharedSession>* touch(std::int64_t user_id) {
    const auto found = by_id.find(user_id);
    if (found == by_id.end()) {
      return nullptr;
    }
    users.splice(users.begin(), users, found->second);
    return &found->second->sessions;
  }

  void forget(std::int64_t user_id) {
    const auto found = by_id.find(user_id);
    if (found != by_id.end()) {
      sessions -= found->second->sessions.size();
      users.erase(found->second);
      by_id.erase(found);
    }
  }

  void put(SharedSession session, std::size_t most_sessions) {
    std::vector<SharedSession>* of_user = touch(session->user_id);
    if (of_user == nullptr) {
      of_user = &add(session->user_id);
    }
    const auto same = std::find_if(of_user->begin(), of_user->end(),
                                   [&](const auto& other) { return other->id == session->id; });
    if (same != of_user->end()) {
      *same = std::move(session);
      return;
    }
    of_user->push_back(std::move(session));
    ++sessions;
    if (of_user->size() > std::min(kMostPerUser, most_sessions)) {
      of_user->erase(of_user->begin());
      --sessions;
    }
    while (sessions > most_sessions) {
      forget(users.back().id);
    }
  }

  std::vector<SharedSession>& add(std::int64_t user_id) {
    users.push_front({.id = user_id, .sessions = {}});
    try {
      by_id.emplace(user_id, users.begin());
    } catch (const std::bad_alloc&) {
      users.pop_front();
      throw;
    }
    return users.front().sessions;
  }
};

SessionCache::SessionCache(std::size_t most_sessions)
    : shards_(std::min(kMostShards, (most_sessions + kLeastPerShard - 1) / kLeastPerShard)) {
  if (!isOff()) {
    most_per_shard_ = most_sessions / shards_.size();
  }
}

SessionCache::~SessionCache() = default;

std::optional<sdk::Session> SessionCache::recall(std::int64_t user_id, std::string_view session_id,
                                                 sdk::Time now) {
  if (isOff()) {
    return std::nullopt;
  }
  SharedSession session;
  {
    Shard& shard = shardOf(user_id);
    const std::lock_guard lock(shard.mutex);
    const std::vector<SharedSession>* const of_user = shard.touch(user_id);
    if (of_user == nullptr) {
      return std::nullopt;
    }
    const auto found = std::find_if(of_user->begin(), of_user->end(),
                                    [&](const auto& one) { return one->id == session_id; });
    if (found == of_user->end() || (*found)->expires_at <= now) {
      return std::nullopt;
    }
    session = *found;
  }
  return *session;
}

std::optional<SessionCache::FillPromise> SessionCache::promiseFill(std::int64_t user_id) {
  if (isOff()) {
    return std::nullopt;
  }
  Shard& shard = shardOf(user_id);
  const std::lock_guard lock(shard.mutex);
  return shard.changing > 0 ? std::nullopt : std::optional(FillPromise(shard.generation));
}

void SessionCache::fill(const FillPromise& promise, const sdk::Session& session) noexcept {
  try {
    auto copy = std::make_shared<const sdk::Session>(session);
    Shard& shard = shardOf(session.user_id);
    const std::lock_guard lock(shard.mutex);
    if (shard.generation == promise.generation_) {
      shard.put(std::move(copy), most_per_shard_);
    }
  } catch (const std::bad_alloc&) {
    // Not to know a session is never wrong.
  }
}

void SessionCache::forgetAll() noexcept {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.by_id.clear();
    shard.users.clear();
    shard.sessions = 0;
    ++shard.generation;
  }
}

SessionCache::Shard& SessionCache::shardOf(std::int64_t user_id) {
  return shards_[mixed(user_id) % shards_.size()];
}

SessionCache::Update::Update(SessionCache& cache, const Changes& changes) noexcept
    : cache_(cache), changes_(changes) {
  if (cache_.isOff()) {
    return;
  }
  for (const Change& change : changes_) {
    Shard& shard = cache_.shardOf(change.user_id);
    const std::lock_guard lock(shard.mutex);
    ++shard.generation;
    ++shard.changing;
    shard.forget(change.user_id);
  }
}

SessionCache::Update::~Update() {
  if (cache_.isOff()) {
    return;
  }
  for (const Change& change : changes_) {
    Shard& shard = cache_.shardOf(change.user_id);
    const std::lock_guard lock(shard.mutex);
    --shard.changing;
    // An earlier change of the same update may have put something there.
    shard.forget(change.user_id);
    if (committed_ && change.stored != nullptr) {
      try {
        shard.put(change.stored, cache_.most_per_shard_);
      } catch (const std::bad_alloc&) {
        shard.forget(change.user_id);
      }
    }
  }
}

}  // namespace token_service::store_sqlite
