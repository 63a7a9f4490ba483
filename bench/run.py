"""Measures the service beside references, prints a table, writes build/bench/CASE.json.

See docs/performance.md. Exit code 1 if a request was not answered as it should have been.
"""

import argparse
import contextlib
import os
import pathlib
import signal
import sys
import tempfile

import cases
import machine
import measurement
import report
from lab import Lab

# For 5,000 connections at either end, with something to spare.
OPEN_FILES = 16384


def parseArguments():
    names = "\n".join(
        f"  {case.name:26} {case.what}{'' if case.in_table else ' (by name only)'}"
        for case in cases.ALL.values()
    )
    parser = argparse.ArgumentParser(
        prog="./dev bench", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measure speed and memory beside references.", epilog=f"cases:\n{names}",
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help="all of the table if none is named")
    parser.add_argument("--seconds", type=int, default=10, help="for each run (10)")
    parser.add_argument("--rounds", type=int, default=3, help="the median counts (3)")
    parser.add_argument("--users", type=int, default=1000, help="logged in beforehand (1000)")
    arguments = parser.parse_args()
    for name in arguments.cases:
        if name not in cases.ALL:
            parser.error(f"there is no case '{name}': see --help")
    for option in ("seconds", "rounds", "users"):
        if getattr(arguments, option) < 1:
            parser.error(f"--{option} must be at least 1")
    return arguments


def measure(case, arguments, folder):
    """The series of the case, measured."""
    with contextlib.ExitStack() as stack:
        series = case.prepare(Lab(folder, arguments.users, stack))
        measurement.measureInTurn(case.name, series, arguments.rounds, arguments.seconds)
        return series


def main():
    arguments = parseArguments()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    machine.allowOpenFiles(OPEN_FILES)
    chosen = [cases.ALL[name] for name in arguments.cases] or [
        case for case in cases.ALL.values() if case.in_table
    ]
    options = {name: getattr(arguments, name) for name in ("seconds", "rounds", "users")}
    all_right = True
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o711)  # nginx and PostgreSQL may run as another user
        described = machine.describe(scratch)
        report.printHead(described)
        for case in chosen:
            folder = pathlib.Path(scratch) / case.name
            folder.mkdir(mode=0o711)
            series = measure(case, arguments, folder)
            report.write(case.name, described, options, series)
            for one in series:
                report.printSeries(one)
                all_right = all_right and one.unexpected() == 0
    print(f"\nwritten to {report.FOLDER}")
    return 0 if all_right else 1


if __name__ == "__main__":
    sys.exit(main())
