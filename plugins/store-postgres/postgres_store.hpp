#pragma once

#include "admission.hpp"
#include "database_settings.hpp"
#include "group_commit.hpp"
#include "grouped_lookups.hpp"
#include "pool.hpp"
#include "single_operations.hpp"
#include "token_service/sdk/store.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace token_service::store_postgres {

// Keeps sessions in PostgreSQL. Several processes may share one database.
class PostgresStore final : public sdk::Store {
 public:
  // Throws sdk::Error: InvalidConfig, PermissionDenied; Unavailable, if the database cannot be
  // reached and the mode is not Serve.
  PostgresStore(sdk::Settings& settings, sdk::Host& host, sdk::Mode mode);

  void create(const sdk::Session& session, std::int64_t max_per_user, sdk::Time now,
              sdk::Deadline deadline) override;
  std::optional<sdk::Session> find(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                                   sdk::Deadline deadline) override;
  std::size_t lookupsAtOnce() const override;
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

 private:
  ChangeResult apply(Change change, sdk::Deadline deadline);

  const DatabaseSettings settings_;
  Admission admission_;
  Pool pool_;
  SingleOperations single_;
  // Without batching there are neither.
  std::optional<GroupCommit> commits_;
  std::optional<GroupedLookups> lookups_;
};

}  // namespace token_service::store_postgres
