#pragma once

#include "token_service/sdk/host.hpp"

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace token_service::session {

// Does no more work at a time than it is wide; the rest waits in the order in which it came.
// Asymmetric signatures pass through it: each takes a core for long, so more of them at once than
// there are cores would only slow each other down, and everything else with them. Safe for use from
// many threads at once.
class SigningLane {
 public:
  using Work = std::function<void()>;

  explicit SigningLane(unsigned width);
  // Nobody may be in `run` any more.
  ~SigningLane();
  SigningLane(const SigningLane&) = delete;
  SigningLane& operator=(const SigningLane&) = delete;

  // Returns when the work is done; throws what it throws. Throws sdk::Error, Unavailable, if it is
  // not its turn by the deadline; then it is not done.
  void run(const Work& work, sdk::Deadline deadline);

  // How much work waits.
  std::size_t waiting() const;

 private:
  struct Job {
    explicit Job(const Work& what) : work(what) {}

    const Work& work;
    bool begun = false;
    bool done = false;
    std::exception_ptr error;
    std::condition_variable changed;
  };

  void leave();
  void serve();

  mutable std::mutex mutex_;
  std::condition_variable handed_over_;
  // Places that nobody has. Above zero only while nothing waits.
  unsigned free_;
  // Places that wait for a thread of the lane.
  unsigned vacant_ = 0;
  bool stopping_ = false;
  std::list<Job*> waiting_;
  // As many as there are places. A thread that goes from one job to the next keeps its core busy,
  // where waking whoever is next would leave it idle for a while.
  std::vector<std::thread> threads_;
};

}  // namespace token_service::session
