-- A log-out as store-postgres does it by itself (plugins/store-postgres/statements.cpp), sent as one
-- pipeline. No two transactions end the same user: each client of pgbench counts on by itself.
-- `now` and `turn`, which is -1, come from the command line.
\set turn :turn + 1
\set id :first + :turn * :clients + :client_id
\startpipeline
BEGIN;
SELECT pg_advisory_xact_lock(:id::bigint);
DELETE FROM user_tokens WHERE id = :id::bigint RETURNING expires_at > :now::bigint;
COMMIT;
\endpipeline
