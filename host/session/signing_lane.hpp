#pragma once

#include "token_service/sdk/host.hpp"

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>

namespace token_service::session {

// Lets in no more callers at a time than it is wide; the others wait in the order in which they
// came. Asymmetric signatures pass through it: each takes a core for long, so more of them at once
// than there are cores would only slow each other down, and everything else with them. Safe for use
// from many threads at once.
class SigningLane {
 public:
  explicit SigningLane(unsigned width) : free_(width) {}
  SigningLane(const SigningLane&) = delete;
  SigningLane& operator=(const SigningLane&) = delete;

  // A caller that was let in, until it goes.
  class Place {
   public:
    explicit Place(SigningLane& lane) : lane_(lane) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { lane_.leave(); }

   private:
    SigningLane& lane_;
  };

  // Throws sdk::Error, Unavailable, if it is not the caller's turn by the deadline.
  [[nodiscard]] Place enter(sdk::Deadline deadline);

  // How many wait.
  std::size_t waiting() const;

 private:
  struct Waiting {
    std::condition_variable called;
    bool let_in = false;
  };

  void leave();

  mutable std::mutex mutex_;
  // Above zero only while nobody waits.
  unsigned free_;
  std::list<Waiting> waiting_;
};

}  // namespace token_service::session
