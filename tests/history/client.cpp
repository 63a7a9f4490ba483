#include "client.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace token_service::history {
namespace {

struct Share {
  Kind kind;
  int of_100;
};

constexpr Share kMix[] = {{Kind::Validate, 44},  {Kind::Introspect, 7}, {Kind::Refresh, 22},
                          {Kind::GenTokens, 13}, {Kind::Invalidate, 6}, {Kind::Revoke, 4},
                          {Kind::EndSession, 4}};

Time now() { return std::chrono::steady_clock::now().time_since_epoch(); }

Kind kindAt(int place) {
  for (const Share& share : kMix) {
    place -= share.of_100;
    if (place < 0) {
      return share.kind;
    }
  }
  return Kind::Validate;
}

}  // namespace

Client::Client(Run& run, int number, std::uint64_t seed)
    : run_(run),
      number_(number),
      random_(seed),
      connections_(static_cast<std::size_t>(run.hosts.count())) {}

void Client::act() {
  while (!run_.stopped && !run_.findings.suffice() && now() < run_.end) {
    Step step;
    step.host = below(run_.hosts.count());
    Connection& connection = connections_[static_cast<std::size_t>(step.host)];
    if (!connection.connectTo(run_.hosts.port(step.host))) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    const std::uint64_t number = ++run_.last_number;
    if (number > run_.operations) {
      return;
    }
    if (probes_left_ > 0) {
      chooseProbe(step);
    } else {
      choose(step);
    }
    perform(step, number);
  }
}

void Client::choose(Step& step) {
  step.user =
      run_.population.at(static_cast<std::size_t>(below(static_cast<int>(run_.population.size()))));
  step.request.user = step.user->id;
  step.request.kind = kindAt(below(100));
  const std::lock_guard lock(step.user->mutex);
  step.session = step.request.kind == Kind::GenTokens ? -1 : chooseSession(*step.user);
  fillIn(step);
}

void Client::chooseProbe(Step& step) {
  --probes_left_;
  step.user = probe_.user;
  step.session = probe_.session;
  step.request.user = step.user->id;
  step.request.kind = outOf100(50) ? Kind::Validate : Kind::Refresh;
  const std::lock_guard lock(step.user->mutex);
  fillIn(step);
}

// One that may be live; sometimes, and if there is none, one that has ended. -1 if there is none,
// or another log-in is due.
int Client::chooseSession(const SharedUser& user) {
  constexpr int kRecent = 6;
  std::vector<int> live;
  std::vector<int> recent;
  for (int session = static_cast<int>(user.sessions.size()) - 1; session >= 0; --session) {
    if (user.sessions[static_cast<std::size_t>(session)].access.empty()) {
      continue;
    }
    if (user.history.mayLive(session)) {
      live.push_back(session);
    }
    if (recent.size() < kRecent) {
      recent.push_back(session);
    }
  }
  const std::vector<int>& candidates = live.empty() || outOf100(10) ? recent : live;
  if (candidates.empty() || (live.empty() && outOf100(60))) {
    return -1;
  }
  return candidates[outOf100(50)
                        ? 0
                        : static_cast<std::size_t>(below(static_cast<int>(candidates.size())))];
}

void Client::fillIn(Step& step) {
  TokenRequest& request = step.request;
  if (step.session < 0) {
    request.kind = Kind::GenTokens;
    return;
  }
  const SessionTokens& tokens = step.user->sessions[static_cast<std::size_t>(step.session)];
  switch (request.kind) {
    case Kind::GenTokens:
      break;
    case Kind::Refresh:
      request.token = oneOf(tokens.refresh, 20);
      request.standard = outOf100(30);
      break;
    case Kind::Revoke:
      request.token = outOf100(50) ? tokens.refresh.back() : tokens.access.back();
      break;
    case Kind::EndSession:
      request.session_id = sessionIdOf(tokens.access.front());
      break;
    case Kind::Validate:
      request.token = oneOf(tokens.access, 30);
      request.standard = outOf100(30);
      request.by_frontend = outOf100(30);
      break;
    case Kind::Introspect:
      request.token = oneOf(tokens.access, 30);
      break;
    case Kind::Invalidate:
      request.token = oneOf(tokens.access, 30);
      request.by_frontend = outOf100(30);
      break;
  }
}

void Client::perform(const Step& step, std::uint64_t number) {
  const TokenRequest& request = step.request;
  const std::string bytes = written(request);
  Pending pending;
  {
    const std::lock_guard lock(step.user->mutex);
    pending =
        step.user->history.invoke({number_, step.host, request.kind, step.session,
                                   request.kind == Kind::Refresh ? request.token : std::string()},
                                  number, now());
  }
  const Answer answer =
      meaningOf(request, connections_[static_cast<std::size_t>(step.host)].exchange(bytes),
                run_.policy.rotation);
  Operation operation = pending.operation;
  std::vector<Violation> violations;
  {
    const std::lock_guard lock(step.user->mutex);
    operation.returned = now();
    operation.result = answer.result;
    violations = step.user->history.complete(std::move(pending), answer, operation.returned);
    learn(step, operation, answer);
  }
  tally_.add(operation);
  if (!violations.empty()) {
    run_.findings.add(violations);
  }
}

void Client::learn(const Step& step, const Operation& operation, const Answer& answer) {
  std::vector<SessionTokens>& sessions = step.user->sessions;
  const auto session = static_cast<std::size_t>(operation.session);
  sessions.resize(std::max(sessions.size(), session + 1));
  if (!answer.access_token.empty()) {
    sessions[session].access.push_back(answer.access_token);
  }
  if (!answer.refresh_token.empty()) {
    std::vector<std::string>& known = sessions[session].refresh;
    if (std::find(known.begin(), known.end(), answer.refresh_token) == known.end()) {
      known.push_back(answer.refresh_token);
    }
  }
  const bool log_out = operation.kind == Kind::Invalidate || operation.kind == Kind::Revoke ||
                       operation.kind == Kind::EndSession;
  if (log_out && operation.result == Result::Ok && outOf100(50)) {
    probe_ = step;
    probes_left_ = 2;
  }
}

const std::string& Client::oneOf(const std::vector<std::string>& tokens, int share_of_others) {
  if (outOf100(share_of_others)) {
    return tokens[static_cast<std::size_t>(below(static_cast<int>(tokens.size())))];
  }
  return tokens.back();
}

}  // namespace token_service::history
