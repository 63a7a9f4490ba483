#pragma once

#include "change.hpp"
#include "file_watch.hpp"
#include "foreign_writes.hpp"
#include "operation.hpp"
#include "session_cache.hpp"
#include "token_service/sdk/host.hpp"
#include "writer.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace token_service::store_sqlite {

class Connection;
class Failure;

/// All that is written goes through the one thread of this class. While one transaction is on its
/// way to the disk, operations queue up; the next transaction takes them all, in the order of their
/// arrival, so that the disk is waited for once and not once for each.
///
/// When nothing is to be written, the thread still looks once a second whether the file is in its
/// place and whether another program has written to it.
class GroupCommit {
 public:
  /// All of them must outlive this object; nobody else may use `connection`. Throws sdk::Error if
  /// it cannot have its thread.
  GroupCommit(Connection& connection, SessionCache& cache, FileWatch& file);
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;
  ~GroupCommit();

  /// What `work(writer, changes)` gives, once that is durable and the cache knows of it. Throws
  /// sdk::Error: Timeout if the deadline passed while it was being written. `work` holds copies of
  /// what it needs.
  template <typename Work>
  auto run(sdk::Deadline deadline, Work work) {
    using Result = std::invoke_result_t<Work&, Writer&, Changes&>;
    const auto operation = std::make_shared<OperationOf<Result, Work>>(std::move(work));
    perform(operation, deadline);
    return std::move(operation->result());
  }

 private:
  using Operations = std::vector<std::shared_ptr<Operation>>;
  using Fault = Operation::Fault;

  void perform(const std::shared_ptr<Operation>& operation, sdk::Deadline deadline);

  void work();
  bool waitForOperations();
  void lookAround();
  void commitQueued();
  void commit(Operations& batch);
  bool runAll(Operations& batch, Changes& changes);
  Fault faultOf(const Failure& failure);
  void takeQueued(Operations& batch);
  void answer(const Operations& operations, const Fault* fault);

  Connection& connection_;
  SessionCache& cache_;
  FileWatch& file_;
  Writer writer_;
  ForeignWrites foreign_writes_;

  std::mutex mutex_;
  std::condition_variable arrived_;
  Operations queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace token_service::store_sqlite
