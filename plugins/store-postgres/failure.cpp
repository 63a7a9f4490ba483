#include "failure.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace token_service::store_postgres {
namespace {

// PostgreSQL, appendix A: connection exceptions, transaction rollback, insufficient resources,
// operator intervention, system and internal errors, lock not available, read-only transaction.
constexpr std::array<std::string_view, 8> kPassing = {"08", "40", "53",    "57",
                                                      "58", "XX", "55P03", "25006"};

bool willPass(std::string_view sqlstate) {
  return std::any_of(kPassing.begin(), kPassing.end(),
                     [&](std::string_view prefix) { return sqlstate.starts_with(prefix); });
}

}  // namespace

sdk::Error toError(const Failure& failure, bool writes) {
  const std::string state = failure.sqlstate.empty() ? "" : " (SQLSTATE " + failure.sqlstate + ")";
  if (writes && failure.outcome_unknown) {
    return {sdk::ErrorCode::Timeout,
            "the database did not confirm the change, which may have been made" + state};
  }
  switch (failure.kind) {
    case Failure::Kind::Lost:
      return {sdk::ErrorCode::Unavailable, "the connection to the database broke" + state};
    case Failure::Kind::Expired:
      return {sdk::ErrorCode::Unavailable, "the database did not answer in time"};
    case Failure::Kind::Refused:
      break;
  }
  if (willPass(failure.sqlstate)) {
    return {sdk::ErrorCode::Unavailable, "the database cannot do this now" + state};
  }
  return {sdk::ErrorCode::Internal, "the database refused a statement" + state};
}

}  // namespace token_service::store_postgres
