#pragma once

#include "one_shot_event.hpp"
#include "pool.hpp"
#include "token_service/sdk/error.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <vector>

namespace token_service::store_postgres {

// One operation on its way through a BatchQueue. It outlives its caller's wait, so it holds
// whatever it needs.
class Member {
 public:
  Member(std::int64_t user, sdk::Deadline deadline) : user_(user), deadline_(deadline) {}
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;
  virtual ~Member() = default;

  std::int64_t user() const { return user_; }
  sdk::Deadline deadline() const { return deadline_; }
  // How often it was sent in vain. After the first time it goes out alone, so that it fails for
  // nobody's faults but its own.
  int attempts() const { return attempts_; }

  // Ends the caller's wait. Exactly one of them, once.
  void succeed() { answered_.set(); }
  void fail(const sdk::Error& error) {
    error_ = error;
    answered_.set();
  }
  bool isAnswered() const { return answered_.isSet(); }

 private:
  friend class BatchQueue;

  const std::int64_t user_;
  const sdk::Deadline deadline_;
  const sdk::Deadline arrived_ = std::chrono::steady_clock::now();
  OneShotEvent answered_;
  std::optional<sdk::Error> error_;
  // These belong to the queue and its lock.
  int attempts_ = 0;
  bool abandoned_ = false;
};

// Operations that arrive while a batch is under way go out together as the next one. Another worker
// begins beside it only if that pays: there are enough for a batch of its own, or one of them has
// waited for long. With nothing under way nothing is held back, and nothing joins what was sent.
class BatchQueue {
 public:
  using Batch = std::vector<std::shared_ptr<Member>>;
  // Carries a batch out, of one member or more, and answers its members. Gives back those of
  // several for which certainly nothing was written and which shall be sent again, each alone.
  using Execute = std::function<Batch(Lease connection, const Batch& batch)>;

  enum class Sharing {
    Any,
    // At most one operation of a user is on its way at any time, in the order of arrival.
    OnePerUser,
  };

  // Throws sdk::Error if it cannot have its workers.
  BatchQueue(Pool& pool, std::size_t workers, Sharing sharing, Execute execute);
  // Waits for what was sent.
  ~BatchQueue();
  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;

  // Returns when the member succeeded. Throws its error; at its deadline Unavailable, if it was not
  // sent, else `too_late`.
  void carryOut(const std::shared_ptr<Member>& member, const sdk::Error& too_late);

 private:
  void stop();
  void work();
  // Until there may be a batch to send.
  void rest(std::unique_lock<std::mutex>& lock);
  void sendNext();
  // Whether one more worker shall take what waits. Under the lock.
  bool isDue() const;
  Batch nextBatch();
  Batch execute(Lease connection, const Batch& batch);
  void finish(const Batch& batch, const Batch& again);
  void failAll(const sdk::Error& error);
  // If there is something for another worker to take, or to keep an eye on.
  void wakeAnother();

  Pool& pool_;
  const Sharing sharing_;
  const Execute execute_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::list<std::shared_ptr<Member>> queue_;
  // Users with an operation on its way.
  std::unordered_set<std::int64_t> busy_;
  // Workers that have a batch, or wait for the connection for one.
  std::size_t at_work_ = 0;
  // Whether a worker that rests wakes when the oldest member has waited for long.
  bool watched_ = false;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace token_service::store_postgres
