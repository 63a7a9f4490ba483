#include "user_history.hpp"

#include <algorithm>
#include <utility>

namespace token_service::history {
namespace {

// So often may a token be replaced and still be known as retired.
constexpr int kRetiredTokensKept = 8;
// The service decides by wall clocks, in milliseconds.
constexpr Time kClockTolerance = std::chrono::milliseconds(10);

bool isLogOut(Kind kind) {
  return kind == Kind::Invalidate || kind == Kind::Revoke || kind == Kind::EndSession;
}

// Whether `later` certainly took effect after `earlier`.
bool follows(const Operation& later, const Operation& earlier) {
  return (earlier.result == Result::Ok || earlier.result == Result::No) &&
         later.invoked > earlier.returned;
}

}  // namespace

Pending UserHistory::invoke(const Request& request, std::uint64_t number, Time now) {
  Pending pending;
  Operation& operation = pending.operation;
  operation.number = number;
  operation.client = request.client;
  operation.host = request.host;
  operation.kind = request.kind;
  operation.user = user_;
  operation.session = request.session;
  operation.invoked = now;
  if (operation.kind == Kind::GenTokens) {
    operation.session = static_cast<int>(sessions_.size());
    sessions_.emplace_back().log_in = operation;
  } else if (operation.kind == Kind::Refresh) {
    Session& session = sessionOf(operation);
    pending.refresh_token = request.refresh_token;
    pending.refreshes_answered = session.refreshes_answered;
    ++session.refreshes_invoked;
    ++session.generations[request.refresh_token].presented;
    session.open_refreshes.emplace(number, request.refresh_token);
  } else if (isLogOut(operation.kind)) {
    log_outs_.emplace(number, operation);
  }
  return pending;
}

std::vector<Violation> UserHistory::complete(Pending pending, const Answer& answer, Time now) {
  Operation& operation = pending.operation;
  operation.returned = now;
  operation.result = answer.result;
  settle(pending);
  if (!answer.fault.empty()) {
    report(Rule::WrongAnswer, answer.fault, {operation});
  }
  if (answer.result == Result::Ok) {
    switch (operation.kind) {
      case Kind::GenTokens: {
        Generation& first = sessionOf(operation).generations[answer.refresh_token];
        first.access_token = answer.access_token;
        first.first_seen = operation;
        break;
      }
      case Kind::Validate:
      case Kind::Introspect:
        accepted(operation);
        break;
      case Kind::Refresh:
        accepted(operation);
        if (policy_.rotation) {
          renewed(pending, answer, operation);
        }
        break;
      case Kind::Invalidate:
        loggedOutAll(operation);
        break;
      case Kind::Revoke:
      case Kind::EndSession:
        loggedOut(sessionOf(operation), operation);
        break;
    }
  } else if (answer.result == Result::No) {
    if (answer.no_session_at_all) {
      refusedAll(operation);
    } else {
      refused(sessionOf(operation), operation);
    }
  }
  return std::exchange(found_, {});
}

bool UserHistory::mayLive(int session) const {
  const Session& one = sessions_[static_cast<std::size_t>(session)];
  return one.log_in.result == Result::Ok && !one.ended;
}

// Notes what became of the operation, before anything is concluded from its answer.
void UserHistory::settle(const Pending& pending) {
  const Operation& operation = pending.operation;
  if (operation.kind == Kind::GenTokens) {
    sessionOf(operation).log_in = operation;
  } else if (operation.kind == Kind::Refresh && operation.result != Result::Unknown) {
    Session& session = sessionOf(operation);
    ++session.refreshes_answered;
    session.open_refreshes.erase(operation.number);
    if (operation.result == Result::No) {
      --session.generations[pending.refresh_token].presented;
      session.theft_possible =
          session.theft_possible || canBeTheft(session, pending.refresh_token, operation.returned);
    }
  } else if (isLogOut(operation.kind)) {
    if (operation.result == Result::No) {
      log_outs_.erase(operation.number);
    } else {
      log_outs_[operation.number] = operation;
    }
  }
}

void UserHistory::accepted(const Operation& operation) {
  const Session& session = sessionOf(operation);
  if (!session.ended || !follows(operation, *session.ended)) {
    return;
  }
  if (session.ended->result == Result::Ok) {
    report(Rule::AcceptedAfterLogOut, "a token of a session that was logged out was accepted",
           {session.log_in, *session.ended, operation});
  } else {
    report(Rule::Resurrected, "a token was accepted after its session was gone",
           {session.log_in, *session.ended, operation});
  }
}

void UserHistory::refused(Session& session, const Operation& operation) {
  if (session.ended) {
    return;
  }
  session.ended = operation;
  if (!canHaveEnded(session, operation.returned)) {
    report(Rule::NeedlessLogOut, "a session is gone, and nothing can have ended it",
           {session.log_in, operation});
  }
}

void UserHistory::refusedAll(const Operation& operation) {
  for (Session& session : sessions_) {
    if (session.log_in.result == Result::Ok && follows(operation, session.log_in)) {
      refused(session, operation);
    }
  }
}

void UserHistory::loggedOut(Session& session, const Operation& operation) {
  if (!session.ended) {
    session.ended = operation;
  }
}

void UserHistory::loggedOutAll(const Operation& operation) {
  for (Session& session : sessions_) {
    if (session.log_in.result == Result::Ok && follows(operation, session.log_in)) {
      loggedOut(session, operation);
    }
  }
}

void UserHistory::renewed(const Pending& pending, const Answer& answer,
                          const Operation& operation) {
  Session& session = sessionOf(operation);
  Generation& presented = session.generations[pending.refresh_token];
  const auto [found, is_new] = session.generations.try_emplace(answer.refresh_token);
  Generation& present = found->second;
  if (is_new) {
    present.access_token = answer.access_token;
    present.first_seen = operation;
    present.refreshes_answered = pending.refreshes_answered;
    const auto redeemable =
        std::count_if(session.generations.begin(), session.generations.end(),
                      [](const auto& generation) { return generation.second.presented > 0; });
    if (static_cast<std::ptrdiff_t>(session.generations.size()) - 1 > redeemable &&
        !session.forked) {
      session.forked = true;
      std::vector<Operation> operations = {session.log_in};
      if (presented.redeemed) {
        operations.push_back(*presented.redeemed);
      }
      operations.push_back(operation);
      report(Rule::Forked, "more new refresh tokens than were presented: one was redeemed twice",
             std::move(operations));
    }
  } else if (&present == &presented) {
    report(Rule::Forked, "a refresh token was redeemed for itself", {session.log_in, operation});
  } else if (present.redeemed && follows(operation, *present.redeemed)) {
    report(Rule::Forked, "a refresh token was given as the present one after it was redeemed",
           {session.log_in, *present.redeemed, operation});
  } else if (present.access_token != answer.access_token) {
    report(Rule::Forked, "the same refresh token came with two different access tokens",
           {session.log_in, present.first_seen, operation});
  }
  if (!presented.redeemed) {
    presented.redeemed = operation;
  }
}

bool UserHistory::canHaveEnded(const Session& session, Time now) const {
  const Time begun = session.log_in.invoked;
  const auto mayComeAfter = [&](const Operation& operation, Time tolerance) {
    return operation.result == Result::Pending || operation.result == Result::Unknown ||
           operation.returned + tolerance >= begun;
  };
  for (const auto& [number, log_out] : log_outs_) {
    const bool covers =
        log_out.kind == Kind::Invalidate || log_out.session == session.log_in.session;
    if (covers && mayComeAfter(log_out, Time(0))) {
      return true;
    }
  }
  const auto log_ins = std::count_if(sessions_.begin(), sessions_.end(), [&](const Session& other) {
    return &other != &session && other.log_in.result != Result::No &&
           mayComeAfter(other.log_in, kClockTolerance);
  });
  if (log_ins >= policy_.max_per_user) {
    return true;
  }
  return session.theft_possible ||
         std::any_of(session.open_refreshes.begin(), session.open_refreshes.end(),
                     [&](const auto& open) { return canBeTheft(session, open.second, now); });
}

bool UserHistory::canBeTheft(const Session& session, const std::string& refresh_token,
                             Time now) const {
  if (!policy_.rotation) {
    return false;
  }
  const Generation& generation = session.generations.at(refresh_token);
  const Time since = now - generation.first_seen.invoked;
  const int replacements = session.refreshes_invoked - generation.refreshes_answered;
  return since + kClockTolerance >= policy_.reuse_grace || replacements > kRetiredTokensKept;
}

void UserHistory::report(Rule rule, std::string what, std::vector<Operation> operations) {
  found_.push_back({rule, std::move(what), std::move(operations)});
}

}  // namespace token_service::history
