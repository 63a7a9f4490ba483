#include "batch_queue.hpp"

#include "signals_blocked.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace token_service::store_postgres {
namespace {

using std::chrono::milliseconds;

// Enough to make the fixed cost of a commit small; few enough that one answer stays small and that
// the locks of several batches fit into the server's lock table.
constexpr std::size_t kMostMembers = 128;
// How long a worker waits for a connection before it looks whether it is to stop.
constexpr milliseconds kConnectionWait{100};

sdk::Error neverSent() {
  return {sdk::ErrorCode::Unavailable, "the database was not free in time"};
}

}  // namespace

BatchQueue::BatchQueue(Pool& pool, std::size_t workers, Sharing sharing, Execute execute)
    : pool_(pool), sharing_(sharing), execute_(std::move(execute)) {
  const SignalsBlocked blocked;
  for (std::size_t count = 0; count < workers; ++count) {
    workers_.emplace_back([this] { work(); });
  }
}

BatchQueue::~BatchQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& worker : workers_) {
    worker.join();
  }
}

void BatchQueue::carryOut(const std::shared_ptr<Member>& member, const sdk::Error& too_late) {
  if (std::chrono::steady_clock::now() >= member->deadline()) {
    throw neverSent();
  }
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(member);
    wakeAnother();
  }
  if (!member->answered_.waitUntil(member->deadline())) {
    const std::lock_guard lock(mutex_);
    const auto place = std::find(queue_.begin(), queue_.end(), member);
    if (place != queue_.end()) {
      queue_.erase(place);
      throw neverSent();
    }
    if (!member->isAnswered()) {
      member->abandoned_ = true;
      throw sdk::Error(too_late);
    }
  }
  if (member->error_) {
    throw sdk::Error(*member->error_);
  }
}

void BatchQueue::work() {
  while (waitForWork()) {
    try {
      std::optional<Lease> connection =
          pool_.tryTake(std::chrono::steady_clock::now() + kConnectionWait);
      if (!connection) {
        continue;
      }
      // Chosen only now: what came while there was no connection goes out, too.
      const Batch batch = nextBatch();
      if (!batch.empty()) {
        finish(batch, execute(*std::move(connection), batch));
      }
    } catch (const sdk::Error& error) {
      failAll(error);
    }
  }
}

bool BatchQueue::waitForWork() {
  std::unique_lock lock(mutex_);
  ++idle_workers_;
  work_.wait(lock, [this] { return stopping_ || hasWork(); });
  --idle_workers_;
  return !stopping_;
}

bool BatchQueue::hasWork() const {
  return std::any_of(queue_.begin(), queue_.end(),
                     [this](const auto& member) { return !busy_.contains(member->user()); });
}

void BatchQueue::wakeAnother() {
  if (idle_workers_ > 0 && hasWork()) {
    work_.notify_one();
  }
}

BatchQueue::Batch BatchQueue::nextBatch() {
  const std::lock_guard lock(mutex_);
  Batch batch;
  for (auto next = queue_.begin(); next != queue_.end() && batch.size() < kMostMembers;) {
    Member& member = **next;
    const bool alone = member.attempts_ > 0;
    if (busy_.contains(member.user())) {
      ++next;
      continue;
    }
    if (alone && !batch.empty()) {
      break;
    }
    if (sharing_ == Sharing::OnePerUser) {
      busy_.insert(member.user());
    }
    batch.push_back(std::move(*next));
    next = queue_.erase(next);
    if (alone) {
      break;
    }
  }
  wakeAnother();
  return batch;
}

BatchQueue::Batch BatchQueue::execute(Lease connection, const Batch& batch) {
  sdk::Error error(sdk::ErrorCode::Internal, "");
  try {
    return execute_(std::move(connection), batch);
  } catch (const sdk::Error& failure) {
    error = failure;
  } catch (const std::exception& failure) {
    error = sdk::Error(sdk::ErrorCode::Internal, failure.what());
  }
  for (const std::shared_ptr<Member>& member : batch) {
    if (!member->isAnswered()) {
      member->fail(error);
    }
  }
  return {};
}

void BatchQueue::finish(const Batch& batch, const Batch& again) {
  const std::lock_guard lock(mutex_);
  if (sharing_ == Sharing::OnePerUser) {
    for (const std::shared_ptr<Member>& member : batch) {
      busy_.erase(member->user());
    }
  }
  // Back to the front, in their old order, so that nobody of the same user overtakes them.
  for (auto member = again.rbegin(); member != again.rend(); ++member) {
    ++(*member)->attempts_;
    if (!(*member)->abandoned_) {
      queue_.push_front(*member);
    }
  }
  wakeAnother();
}

void BatchQueue::failAll(const sdk::Error& error) {
  const std::lock_guard lock(mutex_);
  for (const std::shared_ptr<Member>& member : queue_) {
    member->fail(error);
  }
  queue_.clear();
}

}  // namespace token_service::store_postgres
