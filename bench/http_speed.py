"""Measures the service beside nginx and openssl, prints a table, writes build/bench/http.json.

See docs/performance.md. Exit code 1 if a request was not answered as it should have been.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import servers

CONNECTIONS = 32
RESTARTS = 5
# Users who log in under load are others than those whose tokens are validated, so that
# sessions.max_per_user ends none of these.
FIRST_LOGGED_IN_USER = 1
FIRST_NEW_USER = 1_000_001
VALIDATE_PATH = "/auth/token/validate-token/"
GEN_TOKENS_PATH = "/auth/token/gen-tokens/"
RESULT_FILE = servers.SOURCE_DIR / "build/bench/http.json"


def parseArguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measure speed and memory.")
    parser.add_argument("--seconds", type=int, default=10, help="for each run of wrk")
    parser.add_argument("--rounds", type=int, default=3, help="the median counts")
    parser.add_argument("--users", type=int, default=1000, help="logged in beforehand")
    return parser.parse_args()


def logInBody(user):
    return urllib.parse.urlencode({"id": user, "username": f"user-{user}"})


def logIn(url, user):
    status, _, answer = servers.post(url + GEN_TOKENS_PATH, logInBody(user))
    if status != 201:
        raise RuntimeError(f"gen-tokens answered {status}: {answer}")
    return urllib.parse.urlencode({"id": user, "access": json.loads(answer)["access"]})


def writeLines(path, lines):
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def residentMemory(pid):
    """In MiB, shared pages included."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)[1]) / 1024


def runWrk(url, bodies, seconds):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    command += ["-H", f"X-SERVICE-SECRET: {servers.SERVICE_SECRET}"]
    command += ["-s", servers.SOURCE_DIR / "bench/post.lua", url, "--", bodies]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.splitlines()[-1])


def runOpensslSpeed():
    """RSA-2048 signatures per second of two processes."""
    output = subprocess.run(
        ["openssl", "speed", "-seconds", "3", "-multi", "2", "rsa2048"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ).stdout
    return float(re.search(r"^rsa 2048 bits +\S+ +\S+ +(\S+) +\S+$", output, re.MULTILINE)[1])


class Case:
    """A server with one kind of request."""

    def __init__(self, name, url, bodies, baseline=None, pid=None):
        self.name = name
        self.baseline = baseline
        self.pid = pid
        self.memory = []
        self._url = url
        self._bodies = bodies
        self._runs = []

    def run(self, seconds):
        half_way = threading.Timer(seconds / 2, self._noteMemory)
        half_way.start()
        self._runs.append(runWrk(self._url, self._bodies, seconds))
        half_way.join()

    def result(self):
        def column(key):
            return [run[key] for run in self._runs]

        return {
            "requests_per_second": statistics.median(column("requests_per_second")),
            "p99_ms": statistics.median(column("p99_ms")),
            "unexpected": sum(column("unexpected")) + sum(column("broken")),
            "runs": self._runs,
        }

    def _noteMemory(self):
        if self.pid:
            self.memory.append(residentMemory(self.pid))


class Pair:
    """A signer with a store: the running service, with its users logged in."""

    def __init__(self, name, plugins, folder, users, stack):
        self.name = name
        service = servers.Service(folder, plugins)
        with service.running():
            pass  # makes keys and tables
        self.start_seconds = []
        for _ in range(RESTARTS):
            with service.running() as (_, seconds):
                self.start_seconds.append(seconds)
        process, _ = stack.enter_context(service.running())
        self.idle_memory = residentMemory(process.pid)

        url = service.url + VALIDATE_PATH
        logged_in = range(FIRST_LOGGED_IN_USER, FIRST_LOGGED_IN_USER + users)
        bodies = [logIn(service.url, user) for user in logged_in]
        status, headers, answer = servers.post(url, bodies[0])
        if status != 200:
            raise RuntimeError(f"validate-token answered {status}: {answer}")
        # nginx writes the others by itself.
        copied = [(name, value) for name, value in headers.items()
                  if name in ("Cache-Control", "X-Content-Type-Options", "X-Request-ID")]
        nginx_url = stack.enter_context(
            servers.nginx(folder.parent / f"{folder.name}-nginx", copied, answer)
        )

        validate = writeLines(folder / "validate", bodies)
        new_users = range(FIRST_NEW_USER, FIRST_NEW_USER + users)
        gen_tokens = writeLines(folder / "gen-tokens", map(logInBody, new_users))
        baseline = Case(f"nginx, bytes of {name}", nginx_url + VALIDATE_PATH, validate)
        self.gen_tokens = Case(
            f"gen-tokens {name}", service.url + GEN_TOKENS_PATH, gen_tokens, baseline, process.pid
        )
        self.cases = [
            baseline,
            Case(f"validate-token {name}", url, validate, baseline, process.pid),
            self.gen_tokens,
        ]

    def result(self):
        return {
            "seconds_to_ready": statistics.median(self.start_seconds),
            "seconds_to_ready_runs": self.start_seconds,
            "idle_mib": self.idle_memory,
            "loaded_mib": max(value for case in self.cases for value in case.memory),
        }


def measure(arguments, scratch, stack):
    machine = {
        "processors": os.cpu_count(),
        "load_average": os.getloadavg(),
        "filesystem": subprocess.check_output(
            ["stat", "-f", "-c", "%T", scratch], text=True
        ).strip(),
    }
    settings = stack.enter_context(servers.postgres(scratch / "cluster"))
    local = Pair("HS256, SQLite", servers.SQLITE_HS256, scratch / "sqlite", arguments.users, stack)
    production = Pair("RS256, PostgreSQL", servers.POSTGRES_RS256 % settings,
                      scratch / "postgres", arguments.users, stack)
    pairs = [local, production]
    cases = [case for pair in pairs for case in pair.cases]
    signatures = []
    for number in range(1, arguments.rounds + 1):
        for case in cases:
            print(f"round {number} of {arguments.rounds}: {case.name}", file=sys.stderr)
            case.run(arguments.seconds)
        print(f"round {number} of {arguments.rounds}: openssl", file=sys.stderr)
        signatures.append(runOpensslSpeed())

    results = {case.name: case.result() for case in cases}
    for case in cases:
        if case.baseline:
            baseline = results[case.baseline.name]["requests_per_second"]
            results[case.name]["ratio_to_nginx"] = (
                results[case.name]["requests_per_second"] / baseline
            )
    signatures_per_second = statistics.median(signatures)
    log_ins_per_second = results[production.gen_tokens.name]["requests_per_second"]
    return {
        "machine": machine,
        "arguments": vars(arguments),
        "http": results,
        "openssl_rsa2048_signatures_per_second": signatures_per_second,
        "ratio_of_rs256_gen_tokens_to_openssl": log_ins_per_second / signatures_per_second,
        "service": {pair.name: pair.result() for pair in pairs},
    }


def printTable(result):
    machine = result["machine"]
    print(f"{machine['processors']} processors, load average {machine['load_average'][0]:.1f} "
          f"before, data on {machine['filesystem']}\n")
    print(f"{'':34} {'requests/s':>10} {'p99 ms':>8} {'of nginx':>8} {'unexpected':>10}")
    for name, row in result["http"].items():
        ratio = f"{row['ratio_to_nginx']:.2f}" if "ratio_to_nginx" in row else ""
        print(f"{name:34} {row['requests_per_second']:10.0f} {row['p99_ms']:8.2f} "
              f"{ratio:>8} {row['unexpected']:10}")
    print(f"\nopenssl, RSA-2048, 2 processes: "
          f"{result['openssl_rsa2048_signatures_per_second']:.0f} signatures/s; gen-tokens RS256 "
          f"does {result['ratio_of_rs256_gen_tokens_to_openssl']:.2f} of it\n")
    print(f"{'':34} {'ready, ms':>10} {'idle, MiB':>10} {'loaded, MiB':>12}")
    for name, row in result["service"].items():
        print(f"{name:34} {row['seconds_to_ready'] * 1000:10.0f} {row['idle_mib']:10.1f} "
              f"{row['loaded_mib']:12.1f}")


def main():
    arguments = parseArguments()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        os.chmod(scratch, 0o711)  # nginx and PostgreSQL may run as another user
        result = measure(arguments, pathlib.Path(scratch), stack)
    RESULT_FILE.parent.mkdir(parents=True, exist_ok=True)
    RESULT_FILE.write_text(json.dumps(result, indent=2) + "\n")
    printTable(result)
    print(f"\nwritten to {RESULT_FILE.relative_to(servers.SOURCE_DIR)}")
    return 1 if any(row["unexpected"] for row in result["http"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())
