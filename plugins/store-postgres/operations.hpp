#pragma once

#include "token_service/sdk/store.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace token_service::store_postgres {

// The operations of sdk::Store that can share a transaction with those of other users, with
// arguments of their own: an operation may outlive the call that asked for it.
struct Create {
  std::int64_t user() const { return session.user_id; }

  sdk::Session session;
  std::int64_t max_per_user;
  sdk::Time now;
};

struct Replace {
  std::int64_t user() const { return next.user_id; }

  std::int64_t expected_version;
  sdk::Session next;
  sdk::Time now;
};

struct End {
  std::int64_t user() const { return user_id; }

  std::int64_t user_id;
  std::string session_id;
  sdk::Time now;
};

struct EndAll {
  std::int64_t user() const { return user_id; }

  std::int64_t user_id;
  sdk::Time now;
};

using Change = std::variant<Create, Replace, End, EndAll>;

inline std::int64_t userOf(const Change& change) {
  return std::visit([](const auto& one) { return one.user(); }, change);
}

// What a change came to: how many sessions Create, End or EndAll made or ended, or a ReplaceResult.
using ChangeResult = std::int64_t;

// One call of sdk::Store::find.
struct Find {
  std::int64_t user_id;
  std::string session_id;
  sdk::Time now;
};

}  // namespace token_service::store_postgres
