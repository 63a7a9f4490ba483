-- A log-in as store-postgres does it by itself (plugins/store-postgres/statements.cpp), sent as one
-- pipeline. `token_data`, `now`, `expires` and `users` come from the command line.
\set id random(1, :users)
\set session random(1000000000000000000, 9000000000000000000)
\startpipeline
BEGIN;
SELECT pg_advisory_xact_lock(:id::bigint);
DELETE FROM user_tokens WHERE id = :id::bigint AND expires_at <= :now::bigint;
INSERT INTO user_tokens (id, session_id, username, token_data, created_at, expires_at, version) VALUES (:id::bigint, lpad(:session::text, 22, '0'), :username::text, :token_data::json, :now::bigint, :expires::bigint, 1);
DELETE FROM user_tokens WHERE id = :id::bigint AND session_id IN (SELECT session_id FROM user_tokens WHERE id = :id::bigint AND session_id <> lpad(:session::text, 22, '0') ORDER BY created_at DESC, session_id DESC OFFSET 9::bigint);
UPDATE user_tokens SET username = :username::text WHERE id = :id::bigint AND session_id <> lpad(:session::text, 22, '0') AND username <> :username::text;
COMMIT;
\endpipeline
