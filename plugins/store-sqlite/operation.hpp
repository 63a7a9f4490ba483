#pragma once

#include "change.hpp"
#include "token_service/sdk/error.hpp"
#include "token_service/sdk/host.hpp"

#include <condition_variable>
#include <optional>
#include <string>
#include <utility>

namespace token_service::store_sqlite {

class Writer;

/// Something that is to be written, with all that it needs: who asked for it may have left before
/// it is done.
class Operation {
 public:
  Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  virtual ~Operation() = default;

  /// Runs inside a transaction, and once more in the next one if that was rolled back. Adds what it
  /// changed. Throws Failure.
  virtual void run(Writer& writer, Changes& changes) = 0;

 private:
  friend class GroupCommit;

  enum class Stage { Queued, Running, Answered };
  struct Fault {
    sdk::ErrorCode code{};
    std::string what;
  };

  // Behind the mutex of GroupCommit, all of them.
  Stage stage_ = Stage::Queued;
  sdk::Deadline deadline_{};
  std::optional<Fault> fault_;
  std::condition_variable answered_;
};

/// The operation that a function `work(writer, changes)` is.
template <typename Result, typename Work>
class OperationOf final : public Operation {
 public:
  explicit OperationOf(Work work) : work_(std::move(work)) {}

  void run(Writer& writer, Changes& changes) override { result_ = work_(writer, changes); }

  Result& result() { return *result_; }

 private:
  Work work_;
  std::optional<Result> result_;
};

}  // namespace token_service::store_sqlite
