#pragma once

#include "batch_queue.hpp"
#include "operations.hpp"
#include "single_operations.hpp"

#include <cstddef>
#include <optional>

namespace token_service::store_postgres {

// A look-up goes out by itself, from its caller's thread, while there are idle connections. Those
// that arrive while there are none go out together, as one statement. None joins a statement that
// was already sent, which could miss what was acknowledged meanwhile.
class GroupedLookups {
 public:
  GroupedLookups(const DatabaseSettings& settings, Pool& pool, SingleOperations& single,
                 std::size_t readers);

  // Throws what sdk::Store::find throws.
  std::optional<sdk::Session> find(Find look_up, sdk::Deadline deadline);

 private:
  BatchQueue::Batch execute(Lease connection, const BatchQueue::Batch& batch);

  const DatabaseSettings& settings_;
  Pool& pool_;
  SingleOperations& single_;
  BatchQueue queue_;
};

}  // namespace token_service::store_postgres
