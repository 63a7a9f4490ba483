#include "token_service/sdk/plugin.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace sdk = token_service::sdk;

namespace example {
namespace {

bool isNewer(const sdk::Session& left, const sdk::Session& right) {
  return std::tie(left.created_at, left.id) > std::tie(right.created_at, right.id);
}

// Sessions that last as long as the object: for tests and for trying things out. All of the
// contract but durability.
class MemoryStore final : public sdk::Store {
 public:
  MemoryStore(sdk::Settings& settings, sdk::Host& /*host*/, sdk::Mode /*mode*/) {
    settings.finish();
  }

  void create(const sdk::Session& session, std::int64_t max_per_user, sdk::Time now,
              sdk::Deadline deadline) override {
    const std::unique_lock lock = lockBefore(deadline);
    Sessions& sessions = users_[session.user_id];
    std::erase_if(sessions, [&](const auto& entry) { return !isLive(entry.second, now); });
    if (sessions.contains(session.id)) {
      throw sdk::Error(sdk::ErrorCode::Internal, "the session id is already taken");
    }
    // The new session is one of those that stay, even if a clock was set back.
    const std::vector<sdk::Session> others = liveNewestFirst(sessions, now);
    for (auto index = static_cast<std::size_t>(max_per_user - 1); index < others.size(); ++index) {
      sessions.erase(others[index].id);
    }
    for (auto& [id, other] : sessions) {
      other.username = session.username;
    }
    sessions.emplace(session.id, session).first->second.version = 1;
  }

  std::optional<sdk::Session> find(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                                   sdk::Deadline deadline) override {
    const std::unique_lock lock = lockBefore(deadline);
    const sdk::Session* session = findLive(user_id, session_id, now);
    return session == nullptr ? std::nullopt : std::optional(*session);
  }

  sdk::ReplaceResult replace(std::int64_t expected_version, const sdk::Session& next, sdk::Time now,
                             sdk::Deadline deadline) override {
    const std::unique_lock lock = lockBefore(deadline);
    sdk::Session* session = findLive(next.user_id, next.id, now);
    if (session == nullptr) {
      return sdk::ReplaceResult::Gone;
    }
    if (session->version != expected_version) {
      return sdk::ReplaceResult::Changed;
    }
    session->token_data = next.token_data;
    session->expires_at = next.expires_at;
    ++session->version;
    return sdk::ReplaceResult::Replaced;
  }

  std::vector<sdk::Session> list(std::int64_t user_id, sdk::Time now,
                                 sdk::Deadline deadline) override {
    const std::unique_lock lock = lockBefore(deadline);
    const auto user = users_.find(user_id);
    return user == users_.end() ? std::vector<sdk::Session>() : liveNewestFirst(user->second, now);
  }

  bool end(std::int64_t user_id, std::string_view session_id, sdk::Time now,
           sdk::Deadline deadline) override {
    const std::unique_lock lock = lockBefore(deadline);
    if (findLive(user_id, session_id, now) == nullptr) {
      return false;
    }
    const auto user = users_.find(user_id);
    user->second.erase(user->second.find(session_id));
    forgetIfEmpty(user);
    return true;
  }

  std::int64_t endAll(std::int64_t user_id, sdk::Time now, sdk::Deadline deadline) override {
    const std::unique_lock lock = lockBefore(deadline);
    const auto user = users_.find(user_id);
    if (user == users_.end()) {
      return 0;
    }
    const auto ended = std::count_if(user->second.begin(), user->second.end(),
                                     [&](const auto& entry) { return isLive(entry.second, now); });
    users_.erase(user);
    return ended;
  }

  std::int64_t purgeExpired(sdk::Time before, std::int64_t limit, sdk::Deadline deadline) override {
    const std::unique_lock lock = lockBefore(deadline);
    std::int64_t removed = 0;
    for (auto user = users_.begin(); user != users_.end() && removed < limit;) {
      std::erase_if(user->second, [&](const auto& entry) {
        const bool goes = !isLive(entry.second, before) && removed < limit;
        removed += goes ? 1 : 0;
        return goes;
      });
      user = forgetIfEmpty(user);
    }
    return removed;
  }

  void check(sdk::Deadline deadline) override { lockBefore(deadline); }

 private:
  using Sessions = std::map<std::string, sdk::Session, std::less<>>;
  using Users = std::unordered_map<std::int64_t, Sessions>;

  std::unique_lock<std::timed_mutex> lockBefore(sdk::Deadline deadline) {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (std::chrono::steady_clock::now() >= deadline || !lock.try_lock_until(deadline)) {
      throw sdk::Error(sdk::ErrorCode::Unavailable, "there was no time left");
    }
    return lock;
  }

  static bool isLive(const sdk::Session& session, sdk::Time now) {
    return session.expires_at > now;
  }

  static std::vector<sdk::Session> liveNewestFirst(const Sessions& sessions, sdk::Time now) {
    std::vector<sdk::Session> live;
    for (const auto& [id, session] : sessions) {
      if (isLive(session, now)) {
        live.push_back(session);
      }
    }
    std::sort(live.begin(), live.end(), isNewer);
    return live;
  }

  sdk::Session* findLive(std::int64_t user_id, std::string_view session_id, sdk::Time now) {
    const auto user = users_.find(user_id);
    if (user == users_.end()) {
      return nullptr;
    }
    const auto session = user->second.find(session_id);
    return session == user->second.end() || !isLive(session->second, now) ? nullptr
                                                                          : &session->second;
  }

  Users::iterator forgetIfEmpty(Users::iterator user) {
    return user->second.empty() ? users_.erase(user) : std::next(user);
  }

  std::timed_mutex mutex_;
  Users users_;
};

}  // namespace
}  // namespace example

TOKEN_SERVICE_STORE("store-memory", "1.0.0", example::MemoryStore)
