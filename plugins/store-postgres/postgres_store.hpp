#pragma once

#include "admission.hpp"
#include "database_settings.hpp"
#include "pool.hpp"
#include "token_service/sdk/store.hpp"

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
  enum class Effect { Reads, Writes };

  std::vector<Rows> perform(Effect effect, std::span<const Call> calls, sdk::Deadline deadline);
  std::vector<Rows> performOnce(bool writes, std::span<const Call> calls, sdk::Deadline deadline);

  const DatabaseSettings settings_;
  Admission admission_;
  Pool pool_;
};

}  // namespace token_service::store_postgres
