#!/bin/bash
# bench.sh [CASE...] measures the service beside its references; see docs/performance.md.
# bench.sh micro [ARG...] measures the parts of the hot path; arguments go to Google Benchmark.
set -euo pipefail

scripts/install.sh build bench

if [ "${1:-}" = micro ]; then
  cmake --preset release >/dev/null # finds Google Benchmark, if it was installed only now
  scripts/dev/build.sh token-service-microbench
  exec build/release/bin/token-service-microbench "${@:2}"
fi
scripts/dev/build.sh token-service signer-hs256 signer-rs256 store-sqlite store-postgres
exec python3 -B bench/run.py "$@"
