"""Load by wrk, and what a run of it finds."""

import contextlib
import json
import pathlib
import subprocess
import time

SCRIPT = pathlib.Path(__file__).with_name("requests.lua")
FAILURES = ("statuses", "connect", "read", "write", "timeout")


def writeRequests(path, requests):
    """The file that requests.lua reads."""
    with path.open("wb") as file:
        for request in requests:
            file.write(f"{len(request)}\n".encode() + request)
    return path


class Load:
    """Requests for a server over a number of connections, from one thread of wrk."""

    def __init__(self, server, requests, connections):
        self._command = ["wrk", "-t1", f"-c{connections}", "--latency", "-s", str(SCRIPT)]
        self._arguments = [f"http://127.0.0.1:{server.port}", "--", str(requests)]

    def run(self, seconds):
        with self.running(seconds) as wrk:
            return sampleOf(wrk)

    @contextlib.contextmanager
    def running(self, seconds):
        wrk = subprocess.Popen(
            [*self._command, f"-d{seconds}s", *self._arguments], stdout=subprocess.PIPE, text=True
        )
        try:
            yield wrk
        finally:
            wrk.kill()
            wrk.wait()


def sampleOf(wrk):
    """Waits until wrk has ended."""
    output, _ = wrk.communicate()
    if wrk.returncode != 0:
        raise RuntimeError(f"wrk failed: {output}")
    sample = json.loads(output.splitlines()[-1])
    failures = {name: sample.pop(name) for name in FAILURES}
    sample["unexpected"] = sum(failures.values())
    if sample["unexpected"]:
        sample["failures"] = {name: count for name, count in failures.items() if count}
    return sample


def runTogether(loads, seconds):
    """One sample of several loads at a time: the sum of their rates, the worst of their times."""
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(load.running(seconds)) for load in loads]
        samples = [sampleOf(wrk) for wrk in running]
    return {
        "per_second": sum(sample["per_second"] for sample in samples),
        "p50_ms": max(sample["p50_ms"] for sample in samples),
        "p99_ms": max(sample["p99_ms"] for sample in samples),
        "unexpected": sum(sample["unexpected"] for sample in samples),
    }


def runBeside(load, other, seconds):
    """A sample of `load` while `other` runs, from before its begin to after its end."""
    with other.running(seconds + 2) as background:
        time.sleep(1)  # until it is under way
        sample = load.run(seconds)
        beside = sampleOf(background)
    sample["beside_per_second"] = beside["per_second"]
    sample["unexpected"] += beside["unexpected"]
    return sample
