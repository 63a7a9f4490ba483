#pragma once

#include "plugin/guard.hpp"
#include "token_service/sdk/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace token_service::plugin {

// The only caller of a store plugin's object. Throws PluginError and nothing else, also for results
// that cannot be right: another session than the one asked for, one of another user, a version
// below 1, a negative count.
class GuardedStore final : public sdk::Store, private sdk::SessionMemory {
 public:
  GuardedStore(std::string_view name, std::unique_ptr<sdk::Store> store, sdk::Host& host);

  void create(const sdk::Session& session, std::int64_t max_per_user, sdk::Time now,
              sdk::Deadline deadline) override;
  std::optional<sdk::Session> find(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                                   sdk::Deadline deadline) override;
  std::size_t lookupsAtOnce() const override { return lookups_at_once_; }
  std::vector<std::optional<sdk::Session>> findMany(std::span<const sdk::SessionKey> keys,
                                                    sdk::Time now, sdk::Deadline deadline) override;
  sdk::ReplaceResult replace(std::int64_t expected_version, const sdk::Session& next, sdk::Time now,
                             sdk::Deadline deadline) override;
  std::vector<sdk::Session> list(std::int64_t user_id, sdk::Time now,
                                 sdk::Deadline deadline) override;
  bool end(std::int64_t user_id, std::string_view session_id, sdk::Time now,
           sdk::Deadline deadline) override;
  std::int64_t endAll(std::int64_t user_id, sdk::Time now, sdk::Deadline deadline) override;
  std::int64_t purgeExpired(sdk::Time before, std::int64_t limit, sdk::Deadline deadline) override;
  void check(sdk::Deadline deadline) override;
  sdk::SessionMemory* memory() override { return memory_ == nullptr ? nullptr : this; }

 private:
  std::optional<sdk::Session> recall(std::int64_t user_id, std::string_view session_id,
                                     sdk::Time now) override;
  void requireSame(const sdk::Session& session, std::int64_t user_id, std::string_view session_id,
                   std::string_view operation) const;

  Guard guard_;
  std::unique_ptr<sdk::Store> store_;
  sdk::SessionMemory* memory_;
  std::size_t lookups_at_once_;
};

}  // namespace token_service::plugin
