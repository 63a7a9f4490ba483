#include "change_batch.hpp"

#include "answers.hpp"
#include "statements.hpp"

#include <algorithm>

namespace token_service::store_postgres {
namespace {

constexpr ElementType kBigint = ElementType::Bigint;
constexpr ElementType kText = ElementType::Text;
constexpr ElementType kJson = ElementType::Json;

Call lockUsers(std::vector<std::int64_t> users) {
  std::sort(users.begin(), users.end());
  BinaryArray ids(kBigint);
  for (const std::int64_t user : users) {
    ids.add(user);
  }
  return Call::execute(kLockUsers.name, {ids.parameter()});
}

}  // namespace

ChangeBatch::ChangeBatch()
    : creates_(kCreateMany.name,
               {kBigint, kText, kText, kJson, kBigint, kBigint, kBigint, kBigint}),
      replaces_(kReplaceMany.name, {kBigint, kText, kBigint, kJson, kBigint, kBigint}),
      looks_(kAreLive.name, {kBigint, kText, kBigint}),
      ends_(kEndMany.name, {kBigint, kText, kBigint}),
      end_alls_(kEndAllOfMany.name, {kBigint, kBigint}) {}

void ChangeBatch::add(const Change& change) {
  const std::size_t number = users_.size();
  users_.push_back(userOf(change));
  results_.emplace_back();
  std::visit([&](const auto& one) { add(number, one); }, change);
}

void ChangeBatch::add(std::size_t number, const Create& create) {
  const sdk::Session& session = create.session;
  creates_.add(number,
               {session.user_id, std::string_view(session.id), std::string_view(session.username),
                std::string_view(session.token_data), session.created_at, session.expires_at,
                create.max_per_user - 1, create.now});
}

void ChangeBatch::add(std::size_t number, const Replace& replace) {
  const sdk::Session& next = replace.next;
  replaces_.add(number, {next.user_id, std::string_view(next.id), replace.expected_version,
                         std::string_view(next.token_data), next.expires_at, replace.now});
  looks_.add(number, {next.user_id, std::string_view(next.id), replace.now});
}

void ChangeBatch::add(std::size_t number, const End& end) {
  ends_.add(number, {end.user_id, std::string_view(end.session_id), end.now});
}

void ChangeBatch::add(std::size_t number, const EndAll& end_all) {
  end_alls_.add(number, {end_all.user_id, end_all.now});
}

void ChangeBatch::commit(Connection& connection, sdk::Deadline deadline) {
  std::vector<Call> calls = {Call::execute(kBegin.name), Call::execute(kWaitBriefly.name),
                             lockUsers(users_)};
  // Each statement after the locks sees what those who held them before have committed.
  const std::size_t first = calls.size();
  std::vector<const ArrayCall*> work;
  for (const ArrayCall* call : {&creates_, &replaces_, &ends_, &end_alls_}) {
    if (!call->empty()) {
      calls.push_back(call->call());
      work.push_back(call);
    }
  }
  calls.push_back(Call::execute(kCommit.name));
  const std::vector<Rows> answers = connection.run(calls, deadline);
  requireCommit(answers.back());
  refuseWarning(connection);

  for (const std::size_t number : creates_.numbers()) {
    results_[number] = 1;
  }
  for (std::size_t index = 0; index < work.size(); ++index) {
    const Rows& rows = answers.at(first + index);
    if (work[index] == &replaces_) {
      for (int row = 0; row < rows.count(); ++row) {
        resultOf(replaces_, rows, row) = toResult(sdk::ReplaceResult::Replaced);
      }
    } else if (work[index] != &creates_) {
      countEnded(*work[index], rows);
    }
  }
}

void ChangeBatch::countEnded(const ArrayCall& call, const Rows& rows) {
  for (const std::size_t number : call.numbers()) {
    results_[number] = 0;
  }
  for (int row = 0; row < rows.count(); ++row) {
    resultOf(call, rows, row) += rows.flag(row, 1) ? 1 : 0;
  }
}

ChangeResult& ChangeBatch::resultOf(const ArrayCall& call, const Rows& rows, int row) {
  std::optional<ChangeResult>& result = results_[call.numberOf(rows.integer(row, 0))];
  return result ? *result : result.emplace(0);
}

void ChangeBatch::explainUnswapped(Connection& connection, sdk::Deadline deadline) {
  const auto& replaced = replaces_.numbers();
  if (std::all_of(replaced.begin(), replaced.end(),
                  [&](std::size_t number) { return results_[number].has_value(); })) {
    return;
  }
  const Call call = looks_.call();
  const std::vector<Rows> answers = connection.run({&call, 1}, deadline);
  std::vector<bool> live(results_.size(), false);
  for (int row = 0; row < answers.front().count(); ++row) {
    live[looks_.numberOf(answers.front().integer(row, 0))] = true;
  }
  for (const std::size_t number : replaced) {
    if (!results_[number]) {
      results_[number] =
          toResult(live[number] ? sdk::ReplaceResult::Changed : sdk::ReplaceResult::Gone);
    }
  }
}

}  // namespace token_service::store_postgres
