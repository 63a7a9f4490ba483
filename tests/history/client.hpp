#pragma once

#include "connection.hpp"
#include "findings.hpp"
#include "hosts.hpp"
#include "population.hpp"
#include "tally.hpp"
#include "token_request.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace token_service::history {

// What the clients of one run share.
struct Run {
  const Hosts& hosts;
  Population& population;
  Findings& findings;
  const Policy& policy;
  const std::uint64_t operations;
  const Time end;
  std::atomic<std::uint64_t> last_number = 0;
  std::atomic<bool> stopped = false;
};

// One client: a thread and a connection to each host. Acts for users that others act for, too, one
// request after the other.
class Client {
 public:
  Client(Run& run, int number, std::uint64_t seed);

  // Until the run has enough operations, enough findings or no more time.
  void act();

  const Tally& tally() const { return tally_; }

 private:
  struct Step {
    std::shared_ptr<SharedUser> user;
    int host = 0;
    int session = 0;
    TokenRequest request;
  };

  void choose(Step& step);
  void chooseProbe(Step& step);
  int chooseSession(const SharedUser& user);
  void fillIn(Step& step);
  void perform(const Step& step, std::uint64_t number);
  void learn(const Step& step, const Operation& operation, const Answer& answer);

  bool outOf100(int share) { return below(100) < share; }
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  // The last one, or with some chance another one.
  const std::string& oneOf(const std::vector<std::string>& tokens, int share_of_others);

  Run& run_;
  const int number_;
  std::mt19937_64 random_;
  std::vector<Connection> connections_;
  Tally tally_;
  // After a log-out: a session that it ended, and how many more times to ask for it.
  Step probe_;
  int probes_left_ = 0;
};

}  // namespace token_service::history
