"""Users and sessions that are there before anything is measured."""

import base64
import concurrent.futures
import dataclasses
import hashlib
import hmac
import json
import sqlite3
import time

import messages

CALLERS = 8

# A stored session is a copy of one that the service made, but for whose it is. Its id has the
# length of the service's.
COPIES = """
INSERT INTO user_tokens (id, session_id, username, token_data, created_at, expires_at, version)
SELECT {first} + n % {users}, {session}, 'user-' || ({first} + n % {users}),
       t.token_data, t.created_at, t.expires_at, t.version
FROM (SELECT * FROM user_tokens LIMIT 1) AS t CROSS JOIN {numbers}
"""

FASTIFY_COPIES = """
INSERT INTO sessions (user_id, id, username, created_at, expires_at)
SELECT {first} + n % {users}, ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
       'user-' || ({first} + n % {users}), t.created_at, t.expires_at
FROM (SELECT * FROM sessions LIMIT 1) AS t CROSS JOIN generate_series(0, {count} - 1) AS n
"""


@dataclasses.dataclass(frozen=True)
class Tokens:
    user: int
    access: str
    refresh: str


def logInAll(server, users):
    """The tokens of each of these users, by a few callers at a time."""
    users = list(users)

    def logInSome(some):
        tokens = []
        with messages.Connection(server.port) as connection:
            for user in some:
                answer = connection.exchange(messages.logIn(user))
                if answer.status != 201:
                    raise RuntimeError(f"{server.name} answered a log-in with {answer.status}")
                pair = answer.json()
                tokens.append(Tokens(user, pair["access"], pair["refresh"]))
        return tokens

    with concurrent.futures.ThreadPoolExecutor(CALLERS) as callers:
        shares = [users[caller::CALLERS] for caller in range(CALLERS)]
        return [tokens for share in callers.map(logInSome, shares) for tokens in share]


def storedSession(n):
    """The id of the n-th stored session of the service."""
    return f"{n:022d}"


def fastifySession(n):
    return f"00000000-0000-4000-8000-{n:012d}"


def storeInPostgres(cluster, database, first, users, count):
    """`count` sessions, dealt out to `users` users from `first` on; one must be there already."""
    numbers = f"generate_series(0, {count} - 1) AS n"
    session = "lpad(n::text, 22, '0')"
    cluster.sql(
        database, COPIES.format(first=first, users=users, session=session, numbers=numbers)
    )


def storeInFastify(cluster, database, first, users, count):
    cluster.sql(database, FASTIFY_COPIES.format(first=first, users=users, count=count))


def storeInSqlite(path, first, users, count):
    numbers = (
        f"(WITH RECURSIVE counter(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counter"
        f" WHERE n < {count} - 1) SELECT n FROM counter)"
    )
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            COPIES.format(first=first, users=users, session="printf('%022d', n)", numbers=numbers)
        )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def copiedTokens(model, secret, sessions):
    """Access tokens as the owner of an HS256 secret can make them: the one of `model`, but for the
    users and sessions, which are pairs."""
    header, payload, _ = model.access.split(".")
    claims = json.loads(decoded(payload))
    for number, (user, session) in enumerate(sessions):
        claims.update(user_id=user, sub=str(user), sid=session, jti=f"{number:022d}")
        body = encoded(json.dumps(claims, separators=(",", ":")).encode())
        signed = header.encode() + b"." + body
        signature = encoded(hmac.digest(secret, signed, hashlib.sha256))
        yield Tokens(user, (signed + b"." + signature).decode(), "")


def millisecondsFromNow(seconds):
    return int((time.time() + seconds) * 1000)
