#pragma once

#include "array_call.hpp"
#include "connection.hpp"
#include "operations.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace token_service::store_postgres {

// Changes of different users as one transaction: one statement for each kind of change, over
// arrays. It locks all the users first, in the order of their ids: transactions that do so cannot
// wait for each other in a circle, whatever rows their statements take in whatever order.
class ChangeBatch {
 public:
  ChangeBatch();

  // At most one change of a user. Changes are numbered from 0, in the order of these calls.
  void add(const Change& change);

  // Throws Failure; sdk::Error, if what the server says leaves in doubt what it did. Afterwards
  // every change has its result but replacements that did not swap.
  void commit(Connection& connection, sdk::Deadline deadline);
  // Says of those why they did not. They changed nothing, so nor is anything in doubt when this
  // throws Failure.
  void explainUnswapped(Connection& connection, sdk::Deadline deadline);

  const std::optional<ChangeResult>& result(std::size_t number) const { return results_[number]; }

 private:
  void add(std::size_t number, const Create& create);
  void add(std::size_t number, const Replace& replace);
  void add(std::size_t number, const End& end);
  void add(std::size_t number, const EndAll& end_all);
  void countEnded(const ArrayCall& call, const Rows& rows);
  ChangeResult& resultOf(const ArrayCall& call, const Rows& rows, int row);

  std::vector<std::int64_t> users_;
  ArrayCall creates_;
  ArrayCall replaces_;
  ArrayCall looks_;
  ArrayCall ends_;
  ArrayCall end_alls_;
  std::vector<std::optional<ChangeResult>> results_;
};

}  // namespace token_service::store_postgres
