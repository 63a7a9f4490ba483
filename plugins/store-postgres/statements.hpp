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

// Those that need the tables.
extern const std::array<const Statement*, 11> kTableStatements;
// Those that do not.
extern const std::array<const Statement*, 4> kPlainStatements;

}  // namespace token_service::store_postgres
