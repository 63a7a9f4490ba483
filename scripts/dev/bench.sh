#!/bin/bash
# bench.sh [ARG...] measures the service beside nginx and openssl; see docs/performance.md.
set -euo pipefail

scripts/install.sh build bench
scripts/dev/build.sh token-service signer-hs256 signer-rs256 store-sqlite store-postgres
exec python3 bench/run.py "$@"
