#include "group_commit.hpp"

#include "answers.hpp"
#include "change_batch.hpp"
#include "failure.hpp"

#include <optional>
#include <utility>

namespace token_service::store_postgres {
namespace {

class PendingChange final : public Member {
 public:
  PendingChange(Change change, sdk::Deadline deadline)
      : Member(userOf(change), deadline), change_(std::move(change)) {}

  const Change& change() const { return change_; }
  ChangeResult result() const { return result_; }
  void succeed(ChangeResult result) {
    result_ = result;
    Member::succeed();
  }

 private:
  const Change change_;
  ChangeResult result_ = 0;
};

PendingChange& changeOf(const std::shared_ptr<Member>& member) {
  return static_cast<PendingChange&>(*member);
}

// Answers those that have a result by now.
void answer(const BatchQueue::Batch& batch, const ChangeBatch& changes) {
  for (std::size_t index = 0; index < batch.size(); ++index) {
    const std::optional<ChangeResult>& result = changes.result(index);
    if (result && !batch[index]->isAnswered()) {
      changeOf(batch[index]).succeed(*result);
    }
  }
}

}  // namespace

GroupCommit::GroupCommit(const DatabaseSettings& settings, Pool& pool, SingleOperations& single,
                         std::size_t committers)
    : settings_(settings),
      single_(single),
      queue_(pool, committers, BatchQueue::Sharing::OnePerUser,
             [this](Lease connection, const BatchQueue::Batch& batch) {
               return execute(std::move(connection), batch);
             }) {}

ChangeResult GroupCommit::apply(Change change, sdk::Deadline deadline) {
  const auto member = std::make_shared<PendingChange>(std::move(change), deadline);
  queue_.carryOut(member, {sdk::ErrorCode::Timeout,
                           "the database did not confirm the change, which may have been made"});
  return member->result();
}

BatchQueue::Batch GroupCommit::execute(Lease connection, const BatchQueue::Batch& batch) {
  if (batch.size() == 1) {
    PendingChange& only = changeOf(batch.front());
    only.succeed(
        single_.apply(only.change(), only.deadline(), {std::move(connection), only.attempts()}));
    return {};
  }
  ChangeBatch changes;
  for (const std::shared_ptr<Member>& member : batch) {
    changes.add(changeOf(member).change());
  }
  try {
    changes.commit(*connection, answerLimit(settings_));
  } catch (const Failure& failure) {
    if (failure.outcome_unknown) {
      throw toError(failure, true);
    }
    return batch;
  }
  answer(batch, changes);
  try {
    changes.explainUnswapped(*connection, answerLimit(settings_));
  } catch (const Failure& failure) {
    throw toError(failure, false);
  }
  answer(batch, changes);
  return {};
}

}  // namespace token_service::store_postgres
