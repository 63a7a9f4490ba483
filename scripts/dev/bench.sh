#!/bin/bash
# bench.sh [CASE...] measures the service beside its references; see docs/performance.md.
# bench.sh micro [ARG...] measures the parts of the hot path; arguments go to Google Benchmark.
# bench.sh store OPERATION THREADS SECONDS [KEY=VALUE...] measures store-postgres without the service.
set -euo pipefail

scripts/install.sh build bench

measureParts() {
  cmake --preset release >/dev/null # finds Google Benchmark, if it was installed only now
  scripts/dev/build.sh token-service-microbench
  exec build/release/bin/token-service-microbench "$@"
}

measureStore() {
  scripts/dev/build.sh store_bench
  scratch=$(mktemp -d)
  chmod 711 "$scratch"
  trap 'tests/support/postgres_cluster.sh stop "$scratch/cluster" && rm -rf "$scratch"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  postgres=$(tests/support/postgres_cluster.sh start "$scratch/cluster")
  build/release/bin/store_bench "${postgres#TOKEN_SERVICE_TEST_POSTGRES=}" "$@"
}

case ${1:-} in
  micro) measureParts "${@:2}" ;;
  store) measureStore "${@:2}" ;;
  *)
    scripts/dev/build.sh token-service signer-hs256 signer-rs256 store-sqlite store-postgres
    exec python3 -B bench/run.py "$@"
    ;;
esac
