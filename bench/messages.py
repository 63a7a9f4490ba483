"""HTTP requests as bytes, and a connection that sends one and takes the answer apart."""

import dataclasses
import json
import re
import socket
import urllib.parse

LOOPBACK = "127.0.0.1"
ANSWER_PATIENCE_SECONDS = 10
GEN_TOKENS = "/auth/token/gen-tokens/"
REFRESH = "/auth/token/refresh/"
VALIDATE = "/auth/token/validate-token/"
INVALIDATE = "/auth/token/invalidate-tokens/"
SERVICE_SECRET = "a-service-secret-of-the-benchmark-of-48-characters"


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


def post(path, fields, bearer=None):
    body = urllib.parse.urlencode(fields)
    head = [
        f"POST {path} HTTP/1.1",
        "Host: bench",
        f"X-SERVICE-SECRET: {SERVICE_SECRET}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    if bearer:
        head.append(f"Authorization: Bearer {bearer}")
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


def logIn(user):
    return post(GEN_TOKENS, {"id": user, "username": f"user-{user}"})


def refresh(tokens):
    return post(REFRESH, {"id": tokens.user}, bearer=tokens.refresh)


def validate(tokens):
    return post(VALIDATE, {"id": tokens.user, "access": tokens.access})


def invalidate(tokens):
    return post(INVALIDATE, {"id": tokens.user, "access": tokens.access})


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: list  # of pairs
    body: bytes
    size: int  # of all of it, in bytes

    def json(self):
        return json.loads(self.body)


class Connection:
    """Kept alive until it is closed. Any failure is an OSError."""

    def __init__(self, port):
        self._socket = socket.create_connection((LOOPBACK, port), ANSWER_PATIENCE_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def exchange(self, request):
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive()
        head, body = received.split(b"\r\n\r\n", 1)
        status_line, *lines = head.decode("latin-1").split("\r\n")
        headers = [tuple(line.split(": ", 1)) for line in lines]
        length = int(re.search(rb"(?i)^content-length: (\d+)\r?$", head, re.MULTILINE)[1])
        while len(body) < length:
            body += self._receive()
        return Answer(int(status_line.split()[1]), headers, body, len(head) + 4 + len(body))

    def _receive(self):
        chunk = self._socket.recv(65536)
        if not chunk:
            raise ConnectionResetError("the server closed the connection")
        return chunk


def ask(server, request, expected_status):
    """The answer, which must have that status."""
    with Connection(server.port) as connection:
        answer = connection.exchange(request)
    if answer.status != expected_status:
        path = request.split(b" ", 2)[1].decode()
        raise RuntimeError(
            f"{server.name} answered {path} with {answer.status} instead of {expected_status}: "
            f"{answer.body.decode(errors='replace')}"
        )
    return answer
