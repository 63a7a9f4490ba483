#include "batch_queue.hpp"

#include "token_service/sdk/worker_thread.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace token_service::store_postgres {
namespace {

using std::chrono::milliseconds;

// Enough to make the fixed cost of a commit small; few enough that one answer stays small and that
// the locks of several batches fit into the server's lock table.
constexpr std::size_t kMostMembers = 128;
// Few enough that two small batches do not cost more than one; a commit's fixed cost is that of
// some four log-ins.
constexpr std::size_t kWorthAnotherWorker = 8;
// Several commits long, unless the disk is slow or somebody holds a lock.
constexpr milliseconds kPatience{2};

sdk::Error neverSent() {
  return {sdk::ErrorCode::Unavailable, "the database was not free in time"};
}

}  // namespace

BatchQueue::BatchQueue(Pool& pool, std::size_t workers, Sharing sharing, Execute execute)
    : pool_(pool), sharing_(sharing), execute_(std::move(execute)) {
  workers_.reserve(workers);
  try {
    for (std::size_t count = 0; count < workers; ++count) {
      workers_.push_back(sdk::workerThread([this] { work(); }));
    }
  } catch (...) {
    stop();
    throw;
  }
}

BatchQueue::~BatchQueue() { stop(); }

void BatchQueue::stop() {
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
  }
  wakeAnother();
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
  std::unique_lock lock(mutex_);
  for (;;) {
    while (!stopping_ && !isDue()) {
      rest(lock);
    }
    if (stopping_) {
      return;
    }
    ++at_work_;
    lock.unlock();
    sendNext();
    lock.lock();
    --at_work_;
  }
}

// One worker at a time wakes by itself when what waits has waited for long.
void BatchQueue::rest(std::unique_lock<std::mutex>& lock) {
  const auto oldest = std::find_if(queue_.begin(), queue_.end(), [this](const auto& member) {
    return !busy_.contains(member->user());
  });
  if (watched_ || oldest == queue_.end()) {
    work_.wait(lock);
    return;
  }
  watched_ = true;
  work_.wait_until(lock, (*oldest)->arrived_ + kPatience);
  watched_ = false;
}

void BatchQueue::sendNext() {
  try {
    std::optional<Lease> connection = pool_.takeUnless(stopping_);
    if (!connection) {
      return;
    }
    // Chosen only now: what came while there was no connection goes out, too.
    const Batch batch = nextBatch();
    wakeAnother();
    if (!batch.empty()) {
      finish(batch, execute(*std::move(connection), batch));
    }
  } catch (const sdk::Error& error) {
    failAll(error);
  }
}

bool BatchQueue::isDue() const {
  const sdk::Deadline patient_since = std::chrono::steady_clock::now() - kPatience;
  std::size_t ready = 0;
  return std::any_of(queue_.begin(), queue_.end(), [&](const auto& member) {
    return !busy_.contains(member->user()) &&
           (at_work_ == 0 || member->arrived_ <= patient_since || ++ready == kWorthAnotherWorker);
  });
}

void BatchQueue::wakeAnother() {
  {
    const std::lock_guard lock(mutex_);
    const bool is_to_be_watched = !watched_ && !queue_.empty();
    if (at_work_ == workers_.size() || !(is_to_be_watched || isDue())) {
      return;
    }
  }
  work_.notify_one();
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
}

void BatchQueue::failAll(const sdk::Error& error) {
  const std::lock_guard lock(mutex_);
  for (const std::shared_ptr<Member>& member : queue_) {
    member->fail(error);
  }
  queue_.clear();
}

}  // namespace token_service::store_postgres
