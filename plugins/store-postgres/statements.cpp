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

// The statements of a batch: the same for many, who are named by arrays. The answers name elements
// of the arrays by their place, from 1. A member that waits for a lock of somebody else holds up
// all of them, so such a batch is given up soon and its members are sent one by one.
const Statement kWaitBriefly = {
    "wait_briefly",
    "SELECT set_config('lock_timeout',"
    " least(100, extract(epoch FROM current_setting('lock_timeout')::interval) * 1000)::int::text,"
    " true)"};
// One row after another, so in the order of the array.
const Statement kLockUsers = {
    "lock_users",
    "SELECT count(pg_advisory_xact_lock(id)) FROM unnest($1::bigint[]) AS users (id)"};

// The new rows come after the old ones have gone, which an expired row of the same key demands: the
// count makes the insertion wait for the deletion. Whoever adds rows of a user holds the user's
// lock, so the one snapshot that these parts share misses none.
const Statement kCreateMany = {
    "create_many",
    "WITH new AS MATERIALIZED (SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[],"
    " $4::json[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])"
    " AS new (id, session_id, username, token_data, created_at, expires_at, others, now)),"
    " old AS MATERIALIZED (SELECT new.id, row.session_id, new.username, row.doomed"
    " FROM new CROSS JOIN LATERAL (SELECT ranked.session_id, ranked.username,"
    " ranked.expired OR ranked.place > new.others AS doomed FROM"
    " (SELECT t.session_id, t.username, t.expires_at <= new.now AS expired,"
    " row_number() OVER (ORDER BY t.expires_at <= new.now, t.created_at DESC, t.session_id DESC)"
    " AS place FROM user_tokens t WHERE t.id = new.id OFFSET 0) AS ranked OFFSET 0) AS row"
    " WHERE row.doomed OR row.username <> new.username),"
    " ended AS (DELETE FROM user_tokens t USING old"
    " WHERE t.id = old.id AND t.session_id = old.session_id AND old.doomed RETURNING 1),"
    " renamed AS (UPDATE user_tokens t SET username = old.username FROM old"
    " WHERE t.id = old.id AND t.session_id = old.session_id AND NOT old.doomed)"
    " INSERT INTO user_tokens"
    " (id, session_id, username, token_data, created_at, expires_at, version)"
    " SELECT id, session_id, username, token_data, created_at, expires_at, 1 FROM new"
    " WHERE (SELECT count(*) FROM ended) >= 0"};

const Statement kFindMany = {
    "find_many",
    "SELECT wanted.place, row.username, row.token_data, row.created_at, row.expires_at, row.version"
    " FROM unnest($1::bigint[], $2::text[], $3::bigint[]) WITH ORDINALITY"
    " AS wanted (id, session_id, now, place) CROSS JOIN LATERAL"
    " (SELECT username, token_data, created_at, expires_at, version FROM user_tokens t"
    " WHERE t.id = wanted.id AND t.session_id = wanted.session_id AND t.expires_at > wanted.now"
    " OFFSET 0) AS row"};

const Statement kReplaceMany = {
    "replace_many",
    "UPDATE user_tokens t SET token_data = next.token_data, expires_at = next.expires_at,"
    " version = t.version + 1"
    " FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::json[], $5::bigint[], $6::bigint[])"
    " WITH ORDINALITY AS next (id, session_id, version, token_data, expires_at, now, place)"
    " WHERE t.id = next.id AND t.session_id = next.session_id AND t.version = next.version"
    " AND t.expires_at > next.now RETURNING next.place"};

const Statement kAreLive = {
    "are_live",
    "SELECT wanted.place FROM unnest($1::bigint[], $2::text[], $3::bigint[]) WITH ORDINALITY"
    " AS wanted (id, session_id, now, place) CROSS JOIN LATERAL"
    " (SELECT FROM user_tokens t WHERE t.id = wanted.id AND t.session_id = wanted.session_id"
    " AND t.expires_at > wanted.now OFFSET 0) AS row"};

const Statement kEndMany = {"end_many",
                            "DELETE FROM user_tokens t"
                            " USING unnest($1::bigint[], $2::text[], $3::bigint[]) WITH ORDINALITY"
                            " AS ended (id, session_id, now, place)"
                            " WHERE t.id = ended.id AND t.session_id = ended.session_id"
                            " RETURNING ended.place, t.expires_at > ended.now"};

const Statement kEndAllOfMany = {
    "end_all_of_many",
    "DELETE FROM user_tokens t USING unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY"
    " AS ended (id, now, place) WHERE t.id = ended.id"
    " RETURNING ended.place, t.expires_at > ended.now"};

// The plan is made once, before there may be any statistics, and must be the right one when the
// table is large: look up each element of the arrays in the index.
const Statement kPlanForIndex = {
    "plan_for_index",
    "SELECT set_config(name, value, false) FROM (VALUES ('plan_cache_mode', 'force_generic_plan'),"
    " ('enable_seqscan', 'off'), ('enable_bitmapscan', 'off'), ('enable_hashjoin', 'off'),"
    " ('enable_mergejoin', 'off'), ('jit', 'off')) AS setting (name, value)"};

const std::array<const Statement*, 11> kTableStatements = {
    &kDeleteExpired, &kInsert, &kTrim, &kRename, &kFind, &kReplace,
    &kIsLive,        &kList,   &kEnd,  &kEndAll, &kPurge};

const std::array<const Statement*, 6> kBatchTableStatements = {
    &kCreateMany, &kFindMany, &kReplaceMany, &kAreLive, &kEndMany, &kEndAllOfMany};

const std::array<const Statement*, 2> kBatchPlainStatements = {&kWaitBriefly, &kLockUsers};

const std::array<const Statement*, 4> kPlainStatements = {&kPing, &kBegin, &kCommit, &kLockUser};

}  // namespace token_service::store_postgres
