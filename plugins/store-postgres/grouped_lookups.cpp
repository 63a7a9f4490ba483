#include "grouped_lookups.hpp"

#include "answers.hpp"
#include "array_call.hpp"
#include "failure.hpp"
#include "statements.hpp"

#include <utility>

namespace token_service::store_postgres {
namespace {

class PendingFind final : public Member {
 public:
  PendingFind(Find look_up, sdk::Deadline deadline)
      : Member(look_up.user_id, deadline), look_up_(std::move(look_up)) {}

  const Find& lookUp() const { return look_up_; }
  std::optional<sdk::Session> takeResult() { return std::move(result_); }
  void setResult(std::optional<sdk::Session> result) { result_ = std::move(result); }

 private:
  const Find look_up_;
  std::optional<sdk::Session> result_;
};

PendingFind& findOf(const std::shared_ptr<Member>& member) {
  return static_cast<PendingFind&>(*member);
}

sdk::Session sessionOf(const Find& look_up, const Rows& rows, int row) {
  return {look_up.user_id,
          look_up.session_id,
          std::string(rows.text(row, 1)),
          std::string(rows.text(row, 2)),
          rows.time(row, 3),
          rows.time(row, 4),
          rows.integer(row, 5)};
}

}  // namespace

GroupedLookups::GroupedLookups(const DatabaseSettings& settings, Pool& pool,
                               SingleOperations& single, std::size_t readers)
    : settings_(settings),
      pool_(pool),
      single_(single),
      queue_(pool, readers, BatchQueue::Sharing::Any,
             [this](Lease connection, const BatchQueue::Batch& batch) {
               return execute(std::move(connection), batch);
             }) {}

std::optional<sdk::Session> GroupedLookups::find(Find look_up, sdk::Deadline deadline) {
  if (std::optional<Lease> connection = pool_.takeIfIdle()) {
    return single_.find(look_up, deadline, {*std::move(connection), 0});
  }
  const auto member = std::make_shared<PendingFind>(std::move(look_up), deadline);
  queue_.carryOut(member, {sdk::ErrorCode::Unavailable, "the database did not answer in time"});
  return member->takeResult();
}

BatchQueue::Batch GroupedLookups::execute(Lease connection, const BatchQueue::Batch& batch) {
  if (batch.size() == 1) {
    PendingFind& only = findOf(batch.front());
    only.setResult(
        single_.find(only.lookUp(), only.deadline(), {std::move(connection), only.attempts()}));
    only.succeed();
    return {};
  }
  ArrayCall finds(kFindMany.name, {ElementType::Bigint, ElementType::Text, ElementType::Bigint});
  for (std::size_t index = 0; index < batch.size(); ++index) {
    const Find& look_up = findOf(batch[index]).lookUp();
    finds.add(index, {look_up.user_id, std::string_view(look_up.session_id), look_up.now});
  }
  const Call call = finds.call();
  std::vector<Rows> answers;
  try {
    answers = connection->run({&call, 1}, answerLimit(settings_));
  } catch (const Failure& failure) {
    if (failure.kind == Failure::Kind::Expired) {
      throw toError(failure, false);
    }
    return batch;
  }
  const Rows& rows = answers.front();
  for (int row = 0; row < rows.count(); ++row) {
    PendingFind& found = findOf(batch[finds.numberOf(rows.integer(row, 0))]);
    found.setResult(sessionOf(found.lookUp(), rows, row));
  }
  for (const std::shared_ptr<Member>& member : batch) {
    member->succeed();
  }
  return {};
}

}  // namespace token_service::store_postgres
