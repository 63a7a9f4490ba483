#!/bin/bash
# run.sh [CONFIG] builds and becomes the service, so that Ctrl-C and its exit code are its own.
set -euo pipefail
config=${1:-config/local.yaml}

scripts/install.sh client
scripts/dev/build.sh token-service signer-hs256 store-sqlite
exec build/release/bin/token-service serve --config "$config" 2> >(scripts/dev/announce.sh "$config")
