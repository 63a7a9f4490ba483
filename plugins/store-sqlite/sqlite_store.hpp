#pragma once

#include "connection.hpp"
#include "token_service/sdk/abi.hpp"
#include "token_service/sdk/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace token_service::store_sqlite {

class Database;

/// Sessions in one SQLite file, for a host that has it to itself.
class SqliteStore final : public sdk::Store, private sdk::SessionMemory {
 public:
  SqliteStore(sdk::Settings& settings, sdk::Host& host, sdk::Mode mode);
  ~SqliteStore() override;

  void create(const sdk::Session& session, std::int64_t max_per_user, sdk::Time now,
              sdk::Deadline deadline) override;
  std::optional<sdk::Session> find(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                                   sdk::Deadline deadline) override;
  sdk::ReplaceResult replace(std::int64_t expected_version, const sdk::Session& next, sdk::Time now,
                             sdk::Deadline deadline) override;
  std::vector<sdk::Session> list(std::int64_t user_id, sdk::Time now,
                                 sdk::Deadline deadline) override;
  bool end(std::int64_t user_id, std::string_view session_id, sdk::Time now,
           sdk::Deadline deadline) override;
  std::int64_t endAll(std::int64_t user_id, sdk::Time now, sdk::Deadline deadline) override;
  std::int64_t purgeExpired(sdk::Time before, std::int64_t limit, sdk::Deadline deadline) override;
  void check(sdk::Deadline deadline) override;
  sdk::SessionMemory* memory() override { return has_memory_ ? this : nullptr; }

 private:
  std::optional<sdk::Session> recall(std::int64_t user_id, std::string_view session_id,
                                     sdk::Time now) override;
  Database& database() const;

  ConnectorRegistration registration_;
  /// None in a store that was made only to see whether it could be made.
  std::unique_ptr<Database> database_;
  bool has_memory_ = false;
};

}  // namespace token_service::store_sqlite
