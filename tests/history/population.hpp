#pragma once

#include "user_history.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace token_service::history {

struct SessionTokens {
  // In the order in which they were received.
  std::vector<std::string> refresh;
  std::vector<std::string> access;
};

// A user that several clients act for at once.
struct SharedUser {
  SharedUser(std::int64_t user, const Policy& policy) : id(user), history(user, policy) {}

  const std::int64_t id;
  // Guards what follows.
  std::mutex mutex;
  UserHistory history;
  // By the history's numbers; without tokens where the log-in was not answered.
  std::vector<SessionTokens> sessions;
};

// The users of the moment: few, so that clients meet, and not for long, so that what the checker
// remembers stays bounded. Safe for use from many threads at once.
class Population {
 public:
  Population(std::size_t size, Policy policy);

  std::shared_ptr<SharedUser> at(std::size_t place);
  std::size_t size() const { return places_.size(); }

 private:
  struct Place {
    std::mutex mutex;
    std::shared_ptr<SharedUser> user;
    int uses = 0;
  };

  const Policy policy_;
  std::atomic<std::int64_t> last_id_ = 0;
  std::vector<Place> places_;
};

}  // namespace token_service::history
