#pragma once

#include "token_service/sdk/error.hpp"
#include "token_service/sdk/store.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace token_service::host_test {

// Keeps sessions as sdk/store.hpp promises, and lets a test come between or break it.
class MemoryStore final : public sdk::Store {
 public:
  using Lock = std::scoped_lock<std::mutex>;

  std::vector<sdk::Session> rows;
  // Every operation fails with it.
  std::optional<sdk::ErrorCode> failure;
  // Runs before `replace` looks at anything.
  std::function<void()> before_replace;
  // Runs after `findMany` has looked and before it returns.
  std::function<void()> after_find_many;
  std::size_t lookups_at_once = 1;
  int writes = 0;
  int finds = 0;
  // How many keys each `findMany` was asked for.
  std::vector<std::size_t> finds_together;

  void create(const sdk::Session& session, std::int64_t max_per_user, sdk::Time now,
              sdk::Deadline) override {
    const Lock lock(mutex_);
    begin();
    sdk::Session row = session;
    row.version = 1;
    std::vector<sdk::Session> others = listed(session.user_id, now);
    for (std::size_t index = static_cast<std::size_t>(max_per_user) - 1; index < others.size();
         ++index) {
      remove(session.user_id, others[index].id);
    }
    for (sdk::Session& other : rows) {
      if (other.user_id == session.user_id) {
        other.username = session.username;
      }
    }
    rows.push_back(row);
    ++writes;
  }

  std::optional<sdk::Session> find(std::int64_t user_id, std::string_view id, sdk::Time now,
                                   sdk::Deadline) override {
    const Lock lock(mutex_);
    ++finds;
    begin();
    return liveCopy(user_id, id, now);
  }

  std::size_t lookupsAtOnce() const override { return lookups_at_once; }

  std::vector<std::optional<sdk::Session>> findMany(std::span<const sdk::SessionKey> keys,
                                                    sdk::Time now, sdk::Deadline) override {
    std::vector<std::optional<sdk::Session>> found;
    {
      const Lock lock(mutex_);
      finds_together.push_back(keys.size());
      begin();
      for (const sdk::SessionKey& key : keys) {
        found.push_back(liveCopy(key.user_id, key.session_id, now));
      }
    }
    if (after_find_many) {
      after_find_many();
    }
    return found;
  }

  sdk::ReplaceResult replace(std::int64_t expected_version, const sdk::Session& next, sdk::Time now,
                             sdk::Deadline) override {
    if (before_replace) {
      before_replace();
    }
    const Lock lock(mutex_);
    begin();
    sdk::Session* row = live(next.user_id, next.id, now);
    if (row == nullptr) {
      return sdk::ReplaceResult::Gone;
    }
    if (row->version != expected_version) {
      return sdk::ReplaceResult::Changed;
    }
    row->token_data = next.token_data;
    row->expires_at = next.expires_at;
    ++row->version;
    ++writes;
    return sdk::ReplaceResult::Replaced;
  }

  std::vector<sdk::Session> list(std::int64_t user_id, sdk::Time now, sdk::Deadline) override {
    const Lock lock(mutex_);
    begin();
    return listed(user_id, now);
  }

  bool end(std::int64_t user_id, std::string_view id, sdk::Time now, sdk::Deadline) override {
    const Lock lock(mutex_);
    begin();
    const bool was_live = live(user_id, id, now) != nullptr;
    remove(user_id, id);
    ++writes;
    return was_live;
  }

  std::int64_t endAll(std::int64_t user_id, sdk::Time now, sdk::Deadline) override {
    const Lock lock(mutex_);
    begin();
    const auto count = static_cast<std::int64_t>(listed(user_id, now).size());
    std::erase_if(rows, [&](const sdk::Session& row) { return row.user_id == user_id; });
    ++writes;
    return count;
  }

  std::int64_t purgeExpired(sdk::Time before, std::int64_t limit, sdk::Deadline) override {
    const Lock lock(mutex_);
    begin();
    std::int64_t removed = 0;
    std::erase_if(rows, [&](const sdk::Session& row) {
      return row.expires_at <= before && removed < limit && ++removed > 0;
    });
    return removed;
  }

  void check(sdk::Deadline) override { begin(); }

 private:
  void begin() const {
    if (failure) {
      throw sdk::Error(*failure, "the test's store fails");
    }
  }

  sdk::Session* live(std::int64_t user_id, std::string_view id, sdk::Time now) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const sdk::Session& row) {
      return row.user_id == user_id && row.id == id && row.expires_at > now;
    });
    return found == rows.end() ? nullptr : &*found;
  }

  std::optional<sdk::Session> liveCopy(std::int64_t user_id, std::string_view id, sdk::Time now) {
    const sdk::Session* row = live(user_id, id, now);
    return row == nullptr ? std::nullopt : std::optional(*row);
  }

  std::vector<sdk::Session> listed(std::int64_t user_id, sdk::Time now) const {
    std::vector<sdk::Session> result;
    for (const sdk::Session& row : rows) {
      if (row.user_id == user_id && row.expires_at > now) {
        result.push_back(row);
      }
    }
    std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
      return std::tie(a.created_at, a.id) > std::tie(b.created_at, b.id);
    });
    return result;
  }

  void remove(std::int64_t user_id, std::string_view id) {
    std::erase_if(rows,
                  [&](const sdk::Session& row) { return row.user_id == user_id && row.id == id; });
  }

  std::mutex mutex_;
};

}  // namespace token_service::host_test
