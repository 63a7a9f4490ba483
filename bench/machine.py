"""What the measurements ran on."""

import json
import os
import pathlib
import platform
import re
import resource
import subprocess

PEER_PACKAGES = pathlib.Path(__file__).with_name("fastify") / "package.json"
VERSIONS = {
    "nginx": ["/usr/sbin/nginx", "-v"],
    "openssl": ["openssl", "version"],
    "postgresql": ["psql", "--version"],
    "wrk": ["wrk", "-v"],
    "node": ["node", "--version"],
}


def firstLine(command):
    """Of what it prints, whatever its exit code, or None if there is no such program."""
    try:
        process = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return (process.stdout.splitlines() or [""])[0].strip()


def describe(scratch):
    processor = re.search(
        r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processors": os.cpu_count(),
        "processor": processor[1] if processor else platform.machine(),
        "memory_gib": round(memory / 2**30, 1),
        "kernel": platform.release(),
        "load_average_before": os.getloadavg(),
        "filesystem": firstLine(["stat", "-f", "-c", "%T", scratch]),
        **{name: firstLine(command) for name, command in VERSIONS.items()},
        **json.loads(PEER_PACKAGES.read_text())["dependencies"],
    }


def residentMib(pid):
    """Shared pages included."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)[1]) / 1024


def allowOpenFiles(count):
    """For this process and those that it starts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < count:
        raise RuntimeError(
            f"only {most} open files are allowed, {count} are needed: raise the hard limit "
            f"(ulimit -Hn {count})"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, most))
