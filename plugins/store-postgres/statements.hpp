#pragma once

#include <array>

namespace token_service::store_postgres {

// A statement that every connection prepares once.
struct Statement {
  const char* name;
  const char* sql;
};

extern const Statement kPing;
extern const Statement kBegin;
extern const Statement kCommit;
extern const Statement kLockUser;
extern const Statement kDeleteExpired;
extern const Statement kInsert;
extern const Statement kTrim;
extern const Statement kRename;
extern const Statement kFind;
extern const Statement kReplace;
extern const Statement kIsLive;
extern const Statement kList;
extern const Statement kEnd;
extern const Statement kEndAll;
extern const Statement kPurge;

// What batches are made of.
extern const Statement kWaitBriefly;
extern const Statement kLockUsers;
extern const Statement kCreateMany;
extern const Statement kFindMany;
extern const Statement kReplaceMany;
extern const Statement kAreLive;
extern const Statement kEndMany;
extern const Statement kEndAllOfMany;
// Run once on each connection that takes batches.
extern const Statement kPlanForIndex;

// Those that need the tables.
extern const std::array<const Statement*, 11> kTableStatements;
// Those that do not.
extern const std::array<const Statement*, 4> kPlainStatements;
// The same, for batches only.
extern const std::array<const Statement*, 6> kBatchTableStatements;
extern const std::array<const Statement*, 2> kBatchPlainStatements;

}  // namespace token_service::store_postgres
