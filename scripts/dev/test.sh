#!/bin/bash
# test.sh [ARG...] builds the preset PRESET, release if there is none, and runs its tests on a
# PostgreSQL cluster of their own; arguments go to ctest.
set -euo pipefail

scripts/install.sh build test
scripts/dev/build.sh

scratch=$(mktemp -d)
chmod 711 "$scratch"
ctest=
cleanUp() {
  trap '' INT TERM HUP
  [ -z "$ctest" ] || kill -TERM -- "-$ctest" 2>/dev/null || true
  tests/support/postgres_cluster.sh stop "$scratch/cluster" >/dev/null || true
  rm -rf "$scratch"
}
trap cleanUp EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

postgres=$(tests/support/postgres_cluster.sh start "$scratch/cluster")
export TOKEN_SERVICE_TEST_POSTGRES=${postgres#TOKEN_SERVICE_TEST_POSTGRES=}

set -m # a process group of its own, which can be stopped as a whole
ctest --preset "${PRESET:-release}" --output-log "$scratch/log" "$@" &
ctest=$!
set +m
status=0
wait $ctest || status=$?
ctest=

scripts/dev/summary.sh "$scratch/log" || status=1
[ "$status" -eq 0 ]
