#pragma once

#include "connection.hpp"
#include "statement.hpp"
#include "token_service/sdk/store.hpp"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::store_sqlite {

/// A connection that cannot write. Used by one thread at a time; all functions throw Failure.
class Reader {
 public:
  Reader(const std::string& path, Connection::Access access);

  void waitForLocksUntil(sdk::Deadline deadline) { connection_.waitForLocksUntil(deadline); }

  std::optional<sdk::Session> find(std::int64_t user_id, std::string_view session_id,
                                   sdk::Time now);
  std::vector<sdk::Session> list(std::int64_t user_id, sdk::Time now);

  /// Reads the roots of the table and of its index.
  void probe();

 private:
  Connection connection_;
  Statement find_;
  Statement list_;
  Statement probe_table_;
  Statement probe_index_;
};

/// A fixed number of readers, lent to one thread each.
class Readers {
 public:
  explicit Readers(const std::string& path);

  /// What `work(reader)` gives, on a reader that is free before the deadline. Throws sdk::Error.
  template <typename Work>
  auto with(sdk::Deadline deadline, Work work) {
    const Loan loan(*this, deadline);
    return work(loan.reader());
  }

 private:
  class Loan {
   public:
    Loan(Readers& readers, sdk::Deadline deadline);
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan();

    Reader& reader() const { return *reader_; }

   private:
    Readers& readers_;
    std::unique_ptr<Reader> reader_;
  };

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Reader>> free_;
};

}  // namespace token_service::store_sqlite
