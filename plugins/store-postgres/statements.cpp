#include "statements.hpp"

namespace token_service::store_postgres {

const Statement kPing = {"ping", "SELECT current_setting('transaction_read_only')"};
const Statement kBegin = {"begin", "BEGIN"};
const Statement kCommit = {"commit", "COMMIT"};
// The space of one-number advisory locks belongs to the users' ids.
const Statement kLockUser = {"lock_user", "SELECT pg_advisory_xact_lock($1::bigint)"};

const Statement kDeleteExpired = {
    "delete_expired", "DELETE FROM user_tokens WHERE id = $1::bigint AND expires_at <= $2::bigint"};

const Statement kInsert = {
    "insert",
    "INSERT INTO user_tokens"
    " (id, session_id, username, token_data, created_at, expires_at, version)"
    " VALUES ($1::bigint, $2::text, $3::text, $4::json, $5::bigint, $6::bigint, 1)"};

const Statement kTrim = {
    "trim",
    "DELETE FROM user_tokens WHERE id = $1::bigint AND session_id IN"
    " (SELECT session_id FROM user_tokens WHERE id = $1::bigint AND session_id <> $2::text"
    " ORDER BY created_at DESC, session_id DESC OFFSET $3::bigint)"};

const Statement kRename = {
    "rename",
    "UPDATE user_tokens SET username = $3::text"
    " WHERE id = $1::bigint AND session_id <> $2::text AND username <> $3::text"};

const Statement kFind = {
    "find",
    "SELECT session_id, username, token_data, created_at, expires_at, version FROM user_tokens"
    " WHERE id = $1::bigint AND session_id = $2::text AND expires_at > $3::bigint"};

const Statement kReplace = {
    "replace",
    "UPDATE user_tokens SET token_data = $4::json, expires_at = $5::bigint, version = version + 1"
    " WHERE id = $1::bigint AND session_id = $2::text AND version = $3::bigint"
    " AND expires_at > $6::bigint"};

const Statement kIsLive = {
    "is_live",
    "SELECT EXISTS (SELECT 1 FROM user_tokens"
    " WHERE id = $1::bigint AND session_id = $2::text AND expires_at > $3::bigint)"};

const Statement kList = {
    "list",
    "SELECT session_id, username, token_data, created_at, expires_at, version FROM user_tokens"
    " WHERE id = $1::bigint AND expires_at > $2::bigint"
    " ORDER BY created_at DESC, session_id DESC"};

const Statement kEnd = {"end",
                        "DELETE FROM user_tokens WHERE id = $1::bigint AND session_id = $2::text"
                        " RETURNING expires_at > $3::bigint"};

const Statement kEndAll = {
    "end_all", "DELETE FROM user_tokens WHERE id = $1::bigint RETURNING expires_at > $2::bigint"};

// Rows that somebody holds are left for the next time, so that no lock is waited for.
const Statement kPurge = {
    "purge",
    "WITH doomed AS MATERIALIZED (SELECT id, session_id FROM user_tokens"
    " WHERE expires_at <= $1::bigint ORDER BY expires_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED)"
    " DELETE FROM user_tokens USING doomed"
    " WHERE user_tokens.id = doomed.id AND user_tokens.session_id = doomed.session_id"};

const std::array<const Statement*, 11> kTableStatements = {
    &kDeleteExpired, &kInsert, &kTrim, &kRename, &kFind, &kReplace,
    &kIsLive,        &kList,   &kEnd,  &kEndAll, &kPurge};

const std::array<const Statement*, 4> kPlainStatements = {&kPing, &kBegin, &kCommit, &kLockUser};

}  // namespace token_service::store_postgres
