#pragma once

#include "admission.hpp"
#include "operations.hpp"
#include "pool.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace token_service::store_postgres {

// Where an operation begins: with a connection that is already there, or after attempts that failed
// and left nothing behind.
struct Start {
  std::optional<Lease> lease;
  int repetitions = 0;
};

// Each operation as a transaction of its own, whose statements all name one user; repeated where
// nothing can have been written. Throws what sdk::Store's operations throw.
class SingleOperations {
 public:
  SingleOperations(const DatabaseSettings& settings, Pool& pool, const Admission& admission)
      : settings_(settings), pool_(pool), admission_(admission) {}

  ChangeResult apply(const Change& change, sdk::Deadline deadline, Start start = {});
  std::optional<sdk::Session> find(const Find& look_up, sdk::Deadline deadline, Start start = {});
  // In one statement for all users.
  std::vector<std::optional<sdk::Session>> findMany(std::span<const sdk::SessionKey> keys,
                                                    sdk::Time now, sdk::Deadline deadline);
  std::vector<sdk::Session> list(std::int64_t user_id, sdk::Time now, sdk::Deadline deadline);
  std::int64_t purgeExpired(sdk::Time before, std::int64_t limit, sdk::Deadline deadline);
  void check(sdk::Deadline deadline);

 private:
  enum class Effect { Reads, Writes };

  ChangeResult apply(const Create& create, sdk::Deadline deadline, Start start);
  ChangeResult apply(const Replace& replace, sdk::Deadline deadline, Start start);
  ChangeResult apply(const End& end, sdk::Deadline deadline, Start start);
  ChangeResult apply(const EndAll& end_all, sdk::Deadline deadline, Start start);

  std::vector<Rows> perform(Effect effect, std::span<const Call> calls, sdk::Deadline deadline,
                            Start start = {});

  const DatabaseSettings& settings_;
  Pool& pool_;
  const Admission& admission_;
};

}  // namespace token_service::store_postgres
