#include "session/signing_lane.hpp"

#include "token_service/sdk/error.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <utility>

namespace token_service::session {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kNiceness = 10;
// How many are handed over together, and how many must wait at least for anybody to be kept for
// that: there is enough to do meanwhile.
constexpr std::size_t kTogether = 8;
// Work that takes longer, as with a signer that asks a device, is handed over at once.
constexpr std::chrono::milliseconds kShort{5};
// As long as a few look-ups take; the kernel adds some 50 us.
constexpr std::chrono::microseconds kPause{50};

// What else there is to do is short, and is waited for by more.
void giveWay() { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness); }

sdk::Error tooLate() {
  return {sdk::ErrorCode::Unavailable,
          "too many signatures are being made for one more by the deadline"};
}

}  // namespace

// Outlives its caller's wait: who wakes the caller still holds it then.
class SigningLane::Job {
 public:
  Job(const Work& work, sdk::Deadline deadline) : work_(work), deadline_(deadline) {}

  void carryOut() {
    try {
      if (Clock::now() >= deadline_) {
        throw tooLate();
      }
      work_();
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  void handOver() {
    {
      const std::scoped_lock lock(mutex_);
      handed_over_ = true;
    }
    changed_.notify_one();
  }

  bool waitUntil(sdk::Deadline deadline) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, deadline, [&] { return handed_over_; });
  }

  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return handed_over_; });
  }

  void rethrow() const {
    if (error_) {
      std::rethrow_exception(error_);
    }
  }

 private:
  const Work& work_;
  const sdk::Deadline deadline_;
  std::exception_ptr error_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool handed_over_ = false;
};

SigningLane::SigningLane(unsigned width) : free_(width) {
  try {
    for (unsigned count = 0; count < width; ++count) {
      threads_.emplace_back([this] { serve(); });
    }
  } catch (...) {
    stop();
    throw;
  }
}

SigningLane::~SigningLane() { stop(); }

void SigningLane::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  handed_over_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void SigningLane::run(const Work& work, sdk::Deadline deadline) {
  if (Clock::now() >= deadline) {
    throw tooLate();
  }
  std::unique_lock lock(mutex_);
  if (free_ > 0) {
    --free_;
    lock.unlock();
    struct Leaving {
      SigningLane& lane;
      ~Leaving() { lane.leave(); }
    } const leaving{*this};
    work();
    return;
  }
  const auto job = std::make_shared<Job>(work, deadline);
  waiting_.push_back(job);
  lock.unlock();
  if (!job->waitUntil(deadline)) {
    lock.lock();
    if (waiting_.remove(job) > 0) {
      throw tooLate();
    }
    lock.unlock();
    job->wait();
  }
  job->rethrow();
}

void SigningLane::pauseIfAsked() {
  if (pauses_.load(std::memory_order_relaxed) > 0) {
    pauses_.fetch_sub(1, std::memory_order_relaxed);
    std::this_thread::sleep_for(kPause);
  }
}

std::size_t SigningLane::waiting() const {
  const std::scoped_lock lock(mutex_);
  return waiting_.size();
}

void SigningLane::leave() {
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    ++vacant_;
  }
  handed_over_.notify_one();
}

void SigningLane::serve() {
  giveWay();
  std::unique_lock lock(mutex_);
  for (;;) {
    handed_over_.wait(lock, [&] { return stopping_ || vacant_ > 0; });
    if (stopping_) {
      return;
    }
    --vacant_;
    while (!waiting_.empty()) {
      std::shared_ptr<Job> job = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      const Clock::time_point begin = Clock::now();
      job->carryOut();
      const bool at_once = Clock::now() - begin > kShort;
      lock.lock();
      done_.push_back(std::move(job));
      const Jobs done = takeDone(at_once);
      lock.unlock();
      for (const std::shared_ptr<Job>& one : done) {
        one->handOver();
      }
      pauseIfAsked();
      lock.lock();
    }
    ++free_;
  }
}

SigningLane::Jobs SigningLane::takeDone(bool at_once) {
  if (!at_once && done_.size() < kTogether && waiting_.size() >= kTogether) {
    return {};
  }
  return std::exchange(done_, {});
}

}  // namespace token_service::session
