#include "group_commit.hpp"

#include "connection.hpp"
#include "failure.hpp"
#include "token_service/sdk/error.hpp"
#include "token_service/sdk/worker_thread.hpp"
#include "transaction.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>

namespace token_service::store_sqlite {
namespace {

using namespace std::chrono_literals;

constexpr auto kLookInterval = 1s;

}  // namespace

GroupCommit::GroupCommit(Connection& connection, SessionCache& cache, FileWatch& file)
    : connection_(connection),
      cache_(cache),
      file_(file),
      writer_(connection),
      foreign_writes_(connection),
      thread_(sdk::workerThread([this] { work(); })) {}

GroupCommit::~GroupCommit() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void GroupCommit::perform(const std::shared_ptr<Operation>& operation, sdk::Deadline deadline) {
  std::unique_lock lock(mutex_);
  operation->deadline_ = deadline;
  queue_.push_back(operation);
  if (queue_.size() == 1) {
    arrived_.notify_one();
  }
  const bool answered = operation->answered_.wait_until(
      lock, deadline, [&] { return operation->stage_ == Operation::Stage::Answered; });
  if (answered) {
    if (operation->fault_) {
      throw sdk::Error(operation->fault_->code, operation->fault_->what);
    }
    return;
  }
  if (operation->stage_ == Operation::Stage::Queued) {
    std::erase(queue_, operation);
    throw sdk::Error(sdk::ErrorCode::Unavailable,
                     "other writes did not finish before the deadline");
  }
  throw sdk::Error(sdk::ErrorCode::Timeout, "the deadline passed before the commit had ended");
}

void GroupCommit::work() {
  while (waitForOperations()) {
    commitQueued();
  }
}

/// False at the end, when there are none and there will be none.
bool GroupCommit::waitForOperations() {
  std::unique_lock lock(mutex_);
  while (!arrived_.wait_for(lock, kLookInterval, [&] { return stopping_ || !queue_.empty(); })) {
    lock.unlock();
    lookAround();
    lock.lock();
  }
  return !queue_.empty();
}

void GroupCommit::lookAround() {
  if (!file_.look() || foreign_writes_.happened()) {
    cache_.forgetAll();
  }
}

/// Gives every operation that was queued its outcome.
void GroupCommit::commitQueued() {
  Operations batch;
  do {
    Fault fault;
    try {
      commit(batch);
      continue;
    } catch (const Failure& failure) {
      fault = faultOf(failure);
    } catch (const sdk::Error& error) {
      fault = {error.code(), error.what()};
    } catch (const std::exception& exception) {
      fault = {sdk::ErrorCode::Internal, exception.what()};
    }
    answer(batch, &fault);
    batch.clear();
  } while (!batch.empty());
}

/// Commits the batch and what is queued, and empties the batch. If one of the operations fails,
/// nothing is written, that one has its answer, and the batch is the others. If all fail for one
/// reason, throws it, and the batch is all of them.
void GroupCommit::commit(Operations& batch) {
  Changes changes;
  // Ends after the transaction: until a failed one is rolled back, nothing may be filled in.
  std::optional<SessionCache::Update> update;
  std::optional<Transaction> transaction;
  try {
    lookAround();
    file_.requireSeenInPlace();
    transaction.emplace(connection_);
  } catch (...) {
    takeQueued(batch);
    throw;
  }
  // Not before the transaction could begin: who cannot wait for a lock any longer leaves, and
  // nothing of theirs is written.
  takeQueued(batch);
  if (!runAll(batch, changes)) {
    return;
  }
  update.emplace(cache_, changes);
  transaction->commit();
  update->committed();
  update.reset();
  answer(batch, nullptr);
  batch.clear();
}

/// False if one failed, which then has its answer and is no longer part of the batch.
bool GroupCommit::runAll(Operations& batch, Changes& changes) {
  for (auto operation = batch.begin(); operation != batch.end(); ++operation) {
    try {
      (*operation)->run(writer_, changes);
    } catch (const Failure& failure) {
      const Fault fault = faultOf(failure);
      answer({*operation}, &fault);
      batch.erase(operation);
      return false;
    }
  }
  return true;
}

GroupCommit::Fault GroupCommit::faultOf(const Failure& failure) {
  if (failure.isDamage()) {
    cache_.forgetAll();
  }
  const sdk::Error error = operationError(failure);
  return {error.code(), error.what()};
}

void GroupCommit::takeQueued(Operations& batch) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  const auto late = std::stable_partition(queue_.begin(), queue_.end(),
                                          [&](const auto& one) { return one->deadline_ > now; });
  for (auto operation = queue_.begin(); operation != late; ++operation) {
    (*operation)->stage_ = Operation::Stage::Running;
    batch.push_back(std::move(*operation));
  }
  // Those that are late are about to take themselves out.
  queue_.erase(queue_.begin(), late);
}

void GroupCommit::answer(const Operations& operations, const Fault* fault) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& operation : operations) {
      operation->stage_ = Operation::Stage::Answered;
      if (fault != nullptr) {
        operation->fault_ = *fault;
      }
    }
  }
  for (const auto& operation : operations) {
    operation->answered_.notify_one();
  }
}

}  // namespace token_service::store_sqlite
