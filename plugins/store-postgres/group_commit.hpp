#pragma once

#include "batch_queue.hpp"
#include "operations.hpp"
#include "single_operations.hpp"

#include <cstddef>

namespace token_service::store_postgres {

// Changes of many users in one transaction, so that they share its commit. Each caller is answered
// when the transaction that holds its change is durable.
class GroupCommit {
 public:
  GroupCommit(const DatabaseSettings& settings, Pool& pool, SingleOperations& single,
              std::size_t committers);

  // Throws what sdk::Store's operations throw.
  ChangeResult apply(Change change, sdk::Deadline deadline);

 private:
  BatchQueue::Batch execute(Lease connection, const BatchQueue::Batch& batch);

  const DatabaseSettings& settings_;
  SingleOperations& single_;
  BatchQueue queue_;
};

}  // namespace token_service::store_postgres
