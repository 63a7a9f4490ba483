#include "readers.hpp"

#include "token_service/sdk/error.hpp"

#include <utility>

namespace token_service::store_sqlite {
namespace {

// More than the cores of a small machine only cost context switches.
constexpr int kCount = 2;

sdk::Session sessionOf(std::int64_t user_id, const Run& row) {
  return {.user_id = user_id,
          .id = row.text(0),
          .username = row.text(1),
          .token_data = row.text(2),
          .created_at = row.time(3),
          .expires_at = row.time(4),
          .version = row.integer(5)};
}

}  // namespace

Reader::Reader(const std::string& path, Connection::Access access)
    : connection_(path, access),
      find_(connection_,
            "SELECT session_id, username, token_data, created_at, expires_at, version"
            " FROM user_tokens WHERE id = ?1 AND session_id = ?2 AND expires_at > ?3"),
      list_(connection_,
            "SELECT session_id, username, token_data, created_at, expires_at, version"
            " FROM user_tokens WHERE id = ?1 AND expires_at > ?2"
            " ORDER BY created_at DESC, session_id DESC"),
      probe_table_(connection_, "SELECT 1 FROM user_tokens LIMIT 1"),
      probe_index_(connection_, "SELECT min(expires_at) FROM user_tokens") {}

std::optional<sdk::Session> Reader::find(std::int64_t user_id, std::string_view session_id,
                                         sdk::Time now) {
  Run run(find_, user_id, session_id, now);
  return run.nextRow() ? std::optional(sessionOf(user_id, run)) : std::nullopt;
}

std::vector<sdk::Session> Reader::list(std::int64_t user_id, sdk::Time now) {
  std::vector<sdk::Session> result;
  Run run(list_, user_id, now);
  while (run.nextRow()) {
    result.push_back(sessionOf(user_id, run));
  }
  return result;
}

void Reader::probe() {
  Run(probe_table_).nextRow();
  Run(probe_index_).nextRow();
}

Readers::Readers(const std::string& path) {
  for (int count = 0; count < kCount; ++count) {
    free_.push_back(std::make_unique<Reader>(path, Connection::Access::ReadOnly));
  }
}

Readers::Loan::Loan(Readers& readers, sdk::Deadline deadline) : readers_(readers) {
  std::unique_lock lock(readers_.mutex_);
  if (!readers_.returned_.wait_until(lock, deadline, [&] { return !readers_.free_.empty(); })) {
    throw sdk::Error(sdk::ErrorCode::Unavailable, "no connection was free before the deadline");
  }
  reader_ = std::move(readers_.free_.back());
  readers_.free_.pop_back();
}

Readers::Loan::~Loan() {
  {
    const std::lock_guard lock(readers_.mutex_);
    readers_.free_.push_back(std::move(reader_));
  }
  readers_.returned_.notify_one();
}

}  // namespace token_service::store_sqlite
