#include "single_operations.hpp"

#include "answers.hpp"
#include "array_call.hpp"
#include "failure.hpp"
#include "statements.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <thread>

namespace token_service::store_postgres {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kMostRepetitions = 3;

sdk::Session sessionOf(std::int64_t user_id, const Rows& rows, int row) {
  return {user_id,
          std::string(rows.text(row, 0)),
          std::string(rows.text(row, 1)),
          std::string(rows.text(row, 2)),
          rows.time(row, 3),
          rows.time(row, 4),
          rows.integer(row, 5)};
}

std::int64_t countFlags(const Rows& rows) {
  std::int64_t count = 0;
  for (int row = 0; row < rows.count(); ++row) {
    count += rows.flag(row, 0) ? 1 : 0;
  }
  return count;
}

// Whether the statements certainly left nothing behind, and another attempt may do better.
bool mayRepeat(const Failure& failure, bool writes, int repetitions) {
  if ((writes && failure.outcome_unknown) || failure.kind == Failure::Kind::Expired) {
    return false;
  }
  if (failure.isConflict()) {
    return repetitions < kMostRepetitions;
  }
  return (failure.kind == Failure::Kind::Lost || failure.isShutdown()) && repetitions < 1;
}

void pauseBeforeRepeating(int repetitions, sdk::Deadline deadline) {
  thread_local std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<int> pause(1, 10 << repetitions);
  std::this_thread::sleep_until(
      std::min<sdk::Deadline>(Clock::now() + milliseconds(pause(random)), deadline));
}

}  // namespace

ChangeResult SingleOperations::apply(const Change& change, sdk::Deadline deadline, Start start) {
  return std::visit([&](const auto& one) { return apply(one, deadline, std::move(start)); },
                    change);
}

ChangeResult SingleOperations::apply(const Create& create, sdk::Deadline deadline, Start start) {
  const sdk::Session& session = create.session;
  // Each statement after the lock sees what those who held it before have committed.
  const std::array<Call, 7> calls = {
      Call::execute(kBegin.name),
      Call::execute(kLockUser.name, {session.user_id}),
      Call::execute(kDeleteExpired.name, {session.user_id, create.now}),
      Call::execute(
          kInsert.name,
          {session.user_id, std::string_view(session.id), std::string_view(session.username),
           std::string_view(session.token_data), session.created_at, session.expires_at}),
      Call::execute(kTrim.name,
                    {session.user_id, std::string_view(session.id), create.max_per_user - 1}),
      Call::execute(kRename.name, {session.user_id, std::string_view(session.id),
                                   std::string_view(session.username)}),
      Call::execute(kCommit.name)};
  requireCommit(perform(Effect::Writes, calls, deadline, std::move(start)).back());
  return 1;
}

ChangeResult SingleOperations::apply(const Replace& replace, sdk::Deadline deadline, Start start) {
  const sdk::Session& next = replace.next;
  // The look comes after the swap and with a snapshot of its own: the swap may have waited for
  // somebody who changed or ended the session.
  const std::array<Call, 2> calls = {
      Call::execute(kReplace.name,
                    {next.user_id, std::string_view(next.id), replace.expected_version,
                     std::string_view(next.token_data), next.expires_at, replace.now}),
      Call::execute(kIsLive.name, {next.user_id, std::string_view(next.id), replace.now})};
  const std::vector<Rows> answers = perform(Effect::Writes, calls, deadline, std::move(start));
  if (answers.at(0).affected() == 1) {
    return toResult(sdk::ReplaceResult::Replaced);
  }
  return toResult(answers.at(1).flag(0, 0) ? sdk::ReplaceResult::Changed
                                           : sdk::ReplaceResult::Gone);
}

ChangeResult SingleOperations::apply(const End& end, sdk::Deadline deadline, Start start) {
  const Call call =
      Call::execute(kEnd.name, {end.user_id, std::string_view(end.session_id), end.now});
  return countFlags(perform(Effect::Writes, {&call, 1}, deadline, std::move(start)).front());
}

ChangeResult SingleOperations::apply(const EndAll& end_all, sdk::Deadline deadline, Start start) {
  // The lock keeps this and `create` from taking the user's rows in different orders, and ends
  // sessions whose creation is under way, too.
  const std::array<Call, 4> calls = {
      Call::execute(kBegin.name), Call::execute(kLockUser.name, {end_all.user_id}),
      Call::execute(kEndAll.name, {end_all.user_id, end_all.now}), Call::execute(kCommit.name)};
  const std::vector<Rows> answers = perform(Effect::Writes, calls, deadline, std::move(start));
  requireCommit(answers.back());
  return countFlags(answers.at(2));
}

std::optional<sdk::Session> SingleOperations::find(const Find& look_up, sdk::Deadline deadline,
                                                   Start start) {
  const Call call = Call::execute(
      kFind.name, {look_up.user_id, std::string_view(look_up.session_id), look_up.now});
  const std::vector<Rows> answers = perform(Effect::Reads, {&call, 1}, deadline, std::move(start));
  const Rows& rows = answers.front();
  return rows.count() == 0 ? std::nullopt : std::optional(sessionOf(look_up.user_id, rows, 0));
}

std::vector<std::optional<sdk::Session>> SingleOperations::findMany(
    std::span<const sdk::SessionKey> keys, sdk::Time now, sdk::Deadline deadline) {
  ArrayCall finds(kFindMany.name, {ElementType::Bigint, ElementType::Text, ElementType::Bigint});
  for (std::size_t index = 0; index < keys.size(); ++index) {
    finds.add(index, {keys[index].user_id, keys[index].session_id, now});
  }
  const Call call = finds.call();
  const std::vector<Rows> answers = perform(Effect::Reads, {&call, 1}, deadline);
  const Rows& rows = answers.front();
  std::vector<std::optional<sdk::Session>> sessions(keys.size());
  for (int row = 0; row < rows.count(); ++row) {
    const std::size_t index = finds.numberOf(rows.integer(row, 0));
    sessions[index] = sdk::Session{keys[index].user_id,
                                   std::string(keys[index].session_id),
                                   std::string(rows.text(row, 1)),
                                   std::string(rows.text(row, 2)),
                                   rows.time(row, 3),
                                   rows.time(row, 4),
                                   rows.integer(row, 5)};
  }
  return sessions;
}

std::vector<sdk::Session> SingleOperations::list(std::int64_t user_id, sdk::Time now,
                                                 sdk::Deadline deadline) {
  const Call call = Call::execute(kList.name, {user_id, now});
  const std::vector<Rows> answers = perform(Effect::Reads, {&call, 1}, deadline);
  const Rows& rows = answers.front();
  std::vector<sdk::Session> sessions;
  sessions.reserve(static_cast<std::size_t>(rows.count()));
  for (int row = 0; row < rows.count(); ++row) {
    sessions.push_back(sessionOf(user_id, rows, row));
  }
  return sessions;
}

std::int64_t SingleOperations::purgeExpired(sdk::Time before, std::int64_t limit,
                                            sdk::Deadline deadline) {
  const Call call = Call::execute(kPurge.name, {before, limit});
  return perform(Effect::Writes, {&call, 1}, deadline).front().affected();
}

void SingleOperations::check(sdk::Deadline deadline) {
  std::vector<Call> calls = {Call::execute(kPing.name)};
  if (admission_.hasTables()) {
    calls.push_back(Call::execute(kFind.name, {std::int64_t{0}, std::string_view(), sdk::Time()}));
  }
  if (perform(Effect::Reads, calls, deadline).front().text(0, 0) != "off") {
    throw sdk::Error(sdk::ErrorCode::Unavailable, "the database is read-only");
  }
}

std::vector<Rows> SingleOperations::perform(Effect effect, std::span<const Call> calls,
                                            sdk::Deadline deadline, Start start) {
  const bool writes = effect == Effect::Writes;
  const sdk::Deadline limit = std::min(deadline, answerLimit(settings_));
  for (int repetitions = start.repetitions;; ++repetitions) {
    std::optional<Lease> connection = std::move(start.lease);
    start.lease.reset();
    try {
      if (!connection) {
        connection.emplace(pool_.take(limit));
      }
      std::vector<Rows> answers = (*connection)->run(calls, limit);
      if (writes) {
        refuseWarning(**connection);
      }
      return answers;
    } catch (const Failure& failure) {
      if (!mayRepeat(failure, writes, repetitions)) {
        throw toError(failure, writes);
      }
    }
    connection.reset();
    pauseBeforeRepeating(repetitions, limit);
  }
}

}  // namespace token_service::store_postgres
