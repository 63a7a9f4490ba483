#pragma once

#include "token_service/sdk/host.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace token_service::session {

// Does no more work at a time than it is wide; the rest waits in the order in which it came.
// Asymmetric signatures pass through it: each takes a core for long, so more of them at once than
// there are cores would only slow each other down, and everything else with them. Safe for use from
// many threads at once.
//
// While much waits, what was done is handed over a few at a time: those who asked for it then go on
// together, and the store can carry out their changes together.
class SigningLane {
 public:
  using Work = std::function<void()>;

  // Throws std::system_error if it cannot have its threads.
  explicit SigningLane(unsigned width);
  // Nobody may be in `run` any more.
  ~SigningLane();
  SigningLane(const SigningLane&) = delete;
  SigningLane& operator=(const SigningLane&) = delete;

  // Returns when the work is done; throws what it throws. Throws sdk::Error, Unavailable, if it is
  // not its turn by the deadline; then it is not done.
  void run(const Work& work, sdk::Deadline deadline);

  // For what is short and waited for by more: while work waits, a thread of the lane leaves its
  // core alone for a moment after what it does, once for each time that it was asked.
  void askForPause() noexcept {
    // Where many ask, mostly this only reads, so that the cores need not hand it to each other.
    if (pauses_.load(std::memory_order_relaxed) < kMostPauses) {
      pauses_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  // How much work waits.
  std::size_t waiting() const;

 private:
  class Job;
  using Jobs = std::vector<std::shared_ptr<Job>>;

  // Whoever waits for a core cannot ask meanwhile; so long are those before them remembered.
  static constexpr int kMostPauses = 32;

  void leave();
  void serve();
  // What was done and shall be handed over now. Under the lock.
  Jobs takeDone(bool at_once);
  void pauseIfAsked();
  void stop();

  std::atomic<int> pauses_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable handed_over_;
  // Places that nobody has. Above zero only while nothing waits.
  unsigned free_;
  // Places that wait for a thread of the lane.
  unsigned vacant_ = 0;
  bool stopping_ = false;
  std::list<std::shared_ptr<Job>> waiting_;
  Jobs done_;
  // As many as there are places. A thread that goes from one job to the next keeps its core busy,
  // where waking whoever is next would leave it idle for a while.
  std::vector<std::thread> threads_;
};

}  // namespace token_service::session
