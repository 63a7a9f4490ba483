#pragma once

#include "violation.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace token_service::history {

// What the service was configured with.
struct Policy {
  bool rotation = false;
  Time reuse_grace = std::chrono::seconds(30);
  int max_per_user = 10;
};

// What a client asks for. `refresh_token` is what a refresh presents.
struct Request {
  int client = 0;
  int host = 0;
  Kind kind = Kind::Validate;
  // Not looked at for a log-in.
  int session = 0;
  std::string refresh_token = {};
};

struct Answer {
  Result result = Result::Unknown;
  // With No: the service says that the user has no live session at all.
  bool no_session_at_all = false;
  // With Ok: the tokens that came with it, if any.
  std::string refresh_token = {};
  std::string access_token = {};
  // What was wrong with the answer itself, such as a status of 500; empty if nothing was.
  std::string fault = {};
};

// Under way: `complete` takes it back.
struct Pending {
  Operation operation;
  std::string refresh_token;
  // How many refreshes of the session had been answered when this one was sent.
  int refreshes_answered = 0;
};

// Everything that happened to the sessions of one user, checked while it happens.
//
// Each operation takes effect at one moment between its `invoke` and its `complete`; which moment,
// nobody knows. So one operation certainly came before another only if it was completed before the
// other was invoked. Two that overlap may have taken effect in either order, and nothing is
// concluded from them. An unknown one may take effect at any time after its invoke, for ever. The
// caller invokes before it sends and completes after it has received, and does both under one lock
// for each user: that can only make the intervals longer, and a longer interval proves less. Hence
// every violation is one, whatever the threads, the network and the hosts were doing. The rules:
//
// - A session *has ended* once a log-out of it was completed with ok that was invoked after the
//   session's log-in was completed (so it certainly covers it), or once anybody was told that it is
//   gone. Who was invoked after that and is told ok, contradicts it: AcceptedAfterLogOut or
//   Resurrected, by which of the two came first.
// - A `no` needs a cause: an operation that can have ended the session, was invoked before the `no`
//   was completed, and was not over before the log-in was invoked. Causes are log-outs that were
//   not answered with no, more log-ins of the user than the limit, and a refresh token that can
//   have been retired too long ago or too often (more than 8 times) when it was presented. All
//   three are counted generously. Without a cause it is a NeedlessLogOut.
// - With rotation, each generation of a session is made by somebody who presents the one before it.
//   So a session never has more new generations than refresh tokens that were presented (those with
//   nothing but `no` left out): one more is a fork. A generation is one pair of tokens, byte for
//   byte. And once a refresh token was redeemed, nobody who asks later gets it as the present one.
//   Replays within the grace period, however many, satisfy all three.
//
// Not safe for use from several threads.
class UserHistory {
 public:
  UserHistory(std::int64_t user, const Policy& policy) : user_(user), policy_(policy) {}

  // A log-in makes a new session; its number is in the operation.
  Pending invoke(const Request& request, std::uint64_t number, Time now);

  // Gives what this answer proves to be wrong.
  std::vector<Violation> complete(Pending pending, const Answer& answer, Time now);

  // Whether the session had a log-in and may be live.
  bool mayLive(int session) const;

 private:
  struct Generation {
    std::string access_token;
    // The answer that it first came with.
    Operation first_seen;
    // How many refreshes of the session had been answered by when that one was sent.
    int refreshes_answered = 0;
    // Refreshes that present it, except those answered with no.
    int presented = 0;
    std::optional<Operation> redeemed;
  };

  struct Session {
    Operation log_in;
    std::optional<Operation> ended;
    std::map<std::string, Generation> generations;
    int refreshes_invoked = 0;
    int refreshes_answered = 0;
    // Refreshes without an answer so far.
    std::map<std::uint64_t, std::string> open_refreshes;
    bool theft_possible = false;
    bool forked = false;
  };

  Session& sessionOf(const Operation& operation) {
    return sessions_[static_cast<std::size_t>(operation.session)];
  }
  void settle(const Pending& pending);
  void accepted(const Operation& operation);
  void refused(Session& session, const Operation& operation);
  void refusedAll(const Operation& operation);
  void loggedOut(Session& session, const Operation& operation);
  void loggedOutAll(const Operation& operation);
  void renewed(const Pending& pending, const Answer& answer, const Operation& operation);
  bool canHaveEnded(const Session& session, Time now) const;
  bool canBeTheft(const Session& session, const std::string& refresh_token, Time now) const;
  void report(Rule rule, std::string what, std::vector<Operation> operations);

  std::int64_t user_;
  Policy policy_;
  std::vector<Session> sessions_;
  // Log-outs that may have had an effect, by number.
  std::map<std::uint64_t, Operation> log_outs_;
  std::vector<Violation> found_;
};

}  // namespace token_service::history
