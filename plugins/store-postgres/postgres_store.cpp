#include "postgres_store.hpp"

#include "conninfo.hpp"
#include "failure.hpp"
#include "statements.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <string>
#include <thread>

namespace token_service::store_postgres {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kMostRepetitions = 3;
// The server's own time limit comes first, since its answer leaves nothing in doubt.
constexpr milliseconds kAnswerTime{250};

void refuseStrayVariables(const DatabaseSettings& settings) {
  const std::optional<std::string> stray =
      strayVariable(connectionKeywords(settings, settings.hosts.front()));
  if (stray) {
    throw sdk::Error(sdk::ErrorCode::InvalidConfig,
                     "the environment variable " + *stray +
                         " would change the database connection behind the settings: unset it");
  }
}

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

void requireCommit(const std::vector<Rows>& answers) {
  if (answers.back().tag() != "COMMIT") {
    throw sdk::Error(sdk::ErrorCode::Unavailable, "the database rolled the transaction back");
  }
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

PostgresStore::PostgresStore(sdk::Settings& settings, sdk::Host& host, sdk::Mode mode)
    : settings_(readDatabaseSettings(settings)),
      admission_(settings_, host, mode),
      pool_(settings_, mode == sdk::Mode::Serve ? settings_.connections : 1, host,
            [this](Connection& connection) { admission_.admit(connection); }) {
  refuseStrayVariables(settings_);
  std::optional<std::string> obstacle;
  try {
    pool_.connectFirst();
  } catch (const sdk::Error& error) {
    if (error.code() != sdk::ErrorCode::Unavailable || mode != sdk::Mode::Serve) {
      throw;
    }
    obstacle = error.what();
    const std::array<sdk::LogField, 1> fields = {{{"reason", *obstacle}}};
    host.log(sdk::LogLevel::Warning, "database cannot be used yet, trying again", fields);
  }
  pool_.start(std::move(obstacle));
}

std::vector<Rows> PostgresStore::perform(Effect effect, std::span<const Call> calls,
                                         sdk::Deadline deadline) {
  const bool writes = effect == Effect::Writes;
  const sdk::Deadline limit =
      std::min(deadline, Clock::now() + settings_.statement_timeout + kAnswerTime);
  for (int repetitions = 0;; ++repetitions) {
    try {
      return performOnce(writes, calls, limit);
    } catch (const Failure& failure) {
      if (!mayRepeat(failure, writes, repetitions)) {
        throw toError(failure, writes);
      }
    }
    pauseBeforeRepeating(repetitions, limit);
  }
}

std::vector<Rows> PostgresStore::performOnce(bool writes, std::span<const Call> calls,
                                             sdk::Deadline deadline) {
  Lease connection = pool_.take(deadline);
  std::vector<Rows> answers = connection->run(calls, deadline);
  if (writes && connection->hasWarned()) {
    throw sdk::Error(sdk::ErrorCode::Timeout,
                     "the database warned that the change may not be durable");
  }
  return answers;
}

void PostgresStore::create(const sdk::Session& session, std::int64_t max_per_user, sdk::Time now,
                           sdk::Deadline deadline) {
  // Each statement after the lock sees what those who held it before have committed.
  const std::array<Call, 7> calls = {
      Call::execute(kBegin.name),
      Call::execute(kLockUser.name, {session.user_id}),
      Call::execute(kDeleteExpired.name, {session.user_id, now}),
      Call::execute(
          kInsert.name,
          {session.user_id, std::string_view(session.id), std::string_view(session.username),
           std::string_view(session.token_data), session.created_at, session.expires_at}),
      Call::execute(kTrim.name, {session.user_id, std::string_view(session.id), max_per_user - 1}),
      Call::execute(kRename.name, {session.user_id, std::string_view(session.id),
                                   std::string_view(session.username)}),
      Call::execute(kCommit.name)};
  requireCommit(perform(Effect::Writes, calls, deadline));
}

std::optional<sdk::Session> PostgresStore::find(std::int64_t user_id, std::string_view session_id,
                                                sdk::Time now, sdk::Deadline deadline) {
  const Call call = Call::execute(kFind.name, {user_id, session_id, now});
  const std::vector<Rows> answers = perform(Effect::Reads, {&call, 1}, deadline);
  const Rows& rows = answers.front();
  return rows.count() == 0 ? std::nullopt : std::optional(sessionOf(user_id, rows, 0));
}

sdk::ReplaceResult PostgresStore::replace(std::int64_t expected_version, const sdk::Session& next,
                                          sdk::Time now, sdk::Deadline deadline) {
  // The look comes after the swap and with a snapshot of its own: the swap may have waited for
  // somebody who changed or ended the session.
  const std::array<Call, 2> calls = {
      Call::execute(kReplace.name, {next.user_id, std::string_view(next.id), expected_version,
                                    std::string_view(next.token_data), next.expires_at, now}),
      Call::execute(kIsLive.name, {next.user_id, std::string_view(next.id), now})};
  const std::vector<Rows> answers = perform(Effect::Writes, calls, deadline);
  if (answers.at(0).affected() == 1) {
    return sdk::ReplaceResult::Replaced;
  }
  return answers.at(1).flag(0, 0) ? sdk::ReplaceResult::Changed : sdk::ReplaceResult::Gone;
}

std::vector<sdk::Session> PostgresStore::list(std::int64_t user_id, sdk::Time now,
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

bool PostgresStore::end(std::int64_t user_id, std::string_view session_id, sdk::Time now,
                        sdk::Deadline deadline) {
  const Call call = Call::execute(kEnd.name, {user_id, session_id, now});
  return countFlags(perform(Effect::Writes, {&call, 1}, deadline).front()) > 0;
}

std::int64_t PostgresStore::endAll(std::int64_t user_id, sdk::Time now, sdk::Deadline deadline) {
  // The lock keeps this and `create` from taking the user's rows in different orders, and ends
  // sessions whose creation is under way, too.
  const std::array<Call, 4> calls = {
      Call::execute(kBegin.name), Call::execute(kLockUser.name, {user_id}),
      Call::execute(kEndAll.name, {user_id, now}), Call::execute(kCommit.name)};
  const std::vector<Rows> answers = perform(Effect::Writes, calls, deadline);
  requireCommit(answers);
  return countFlags(answers.at(2));
}

std::int64_t PostgresStore::purgeExpired(sdk::Time before, std::int64_t limit,
                                         sdk::Deadline deadline) {
  const Call call = Call::execute(kPurge.name, {before, limit});
  return perform(Effect::Writes, {&call, 1}, deadline).front().affected();
}

void PostgresStore::check(sdk::Deadline deadline) {
  std::vector<Call> calls = {Call::execute(kPing.name)};
  if (admission_.hasTables()) {
    calls.push_back(Call::execute(kFind.name, {std::int64_t{0}, std::string_view(), sdk::Time()}));
  }
  if (perform(Effect::Reads, calls, deadline).front().text(0, 0) != "off") {
    throw sdk::Error(sdk::ErrorCode::Unavailable, "the database is read-only");
  }
}

}  // namespace token_service::store_postgres
