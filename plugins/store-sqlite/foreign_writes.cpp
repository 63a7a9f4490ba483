#include "foreign_writes.hpp"

#include "failure.hpp"

namespace token_service::store_sqlite {

// It changes with what other connections commit, and not with what this one does.
ForeignWrites::ForeignWrites(const Connection& connection)
    : data_version_(connection, "PRAGMA data_version"), last_(read()) {}

bool ForeignWrites::happened() noexcept {
  try {
    const std::int64_t before = last_;
    last_ = read();
    return last_ != before;
  } catch (const Failure&) {
    return true;
  }
}

std::int64_t ForeignWrites::read() {
  Run run(data_version_);
  run.nextRow();
  return run.integer(0);
}

}  // namespace token_service::store_sqlite
