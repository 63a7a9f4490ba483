#include "session/recent_sessions.hpp"

#include <utility>

namespace token_service::session {

std::shared_ptr<const RecentSessions::Found> RecentSessions::Generation::find(
    std::int64_t user_id, std::string_view session_id) const {
  const auto user = users.find(user_id);
  if (user == users.end()) {
    return nullptr;
  }
  const auto found = user->second.find(session_id);
  return found == user->second.end() ? nullptr : found->second;
}

void RecentSessions::Generation::drop(std::int64_t user_id) {
  if (const auto user = users.find(user_id); user != users.end()) {
    size -= user->second.size();
    users.erase(user);
  }
}

std::optional<sdk::Session> RecentSessions::recall(std::int64_t user_id,
                                                   std::string_view session_id, sdk::Time now) {
  Shard& shard = shardOf(user_id);
  std::shared_ptr<const Found> found;
  {
    const std::scoped_lock lock(shard.mutex);
    found = shard.young.find(user_id, session_id);
    if (found == nullptr) {
      found = shard.old.find(user_id, session_id);
    }
  }
  // A clock that was set back makes nothing younger.
  const bool good = found != nullptr && found->at <= now && now - found->at <= max_age_ &&
                    found->session.expires_at > now;
  return good ? std::optional(found->session) : std::nullopt;
}

RecentSessions::Epoch RecentSessions::epoch(std::int64_t user_id) {
  Shard& shard = shardOf(user_id);
  const std::scoped_lock lock(shard.mutex);
  return shard.epoch;
}

void RecentSessions::keep(const sdk::Session& session, sdk::Time found_at, Epoch before) {
  auto found = std::make_shared<const Found>(Found{session, found_at});
  Shard& shard = shardOf(session.user_id);
  const std::scoped_lock lock(shard.mutex);
  if (shard.epoch != before) {
    return;
  }
  if (shard.young.size >= kGenerationSize || found_at - shard.since > max_age_) {
    shard.old = std::exchange(shard.young, {});
    shard.since = found_at;
  }
  const bool is_new =
      shard.young.users[session.user_id].insert_or_assign(session.id, std::move(found)).second;
  shard.young.size += is_new ? 1 : 0;
}

void RecentSessions::drop(std::int64_t user_id) {
  Shard& shard = shardOf(user_id);
  const std::scoped_lock lock(shard.mutex);
  ++shard.epoch;
  shard.young.drop(user_id);
  shard.old.drop(user_id);
}

}  // namespace token_service::session
