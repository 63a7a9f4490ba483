#include "session/signing_lane.hpp"

#include "token_service/sdk/error.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace token_service::session {
namespace {

constexpr int kNiceness = 10;

// What else there is to do is short, and is waited for by more.
void giveWay() { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness); }

}  // namespace

SigningLane::SigningLane(unsigned width) : free_(width) {
  for (unsigned count = 0; count < width; ++count) {
    threads_.emplace_back([this] { serve(); });
  }
}

SigningLane::~SigningLane() {
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
  Job job(work);
  waiting_.push_back(&job);
  if (!job.changed.wait_until(lock, deadline, [&] { return job.begun; })) {
    waiting_.remove(&job);
    throw sdk::Error(sdk::ErrorCode::Unavailable,
                     "too many signatures are being made for one more by the deadline");
  }
  job.changed.wait(lock, [&] { return job.done; });
  if (job.error) {
    std::rethrow_exception(job.error);
  }
}

std::size_t SigningLane::waiting() const {
  const std::scoped_lock lock(mutex_);
  return waiting_.size();
}

void SigningLane::leave() {
  const std::scoped_lock lock(mutex_);
  if (waiting_.empty()) {
    ++free_;
  } else {
    ++vacant_;
    handed_over_.notify_one();
  }
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
      Job& job = *waiting_.front();
      waiting_.pop_front();
      job.begun = true;
      lock.unlock();
      try {
        job.work();
      } catch (...) {
        job.error = std::current_exception();
      }
      lock.lock();
      job.done = true;
      job.changed.notify_one();
    }
    ++free_;
  }
}

}  // namespace token_service::session
