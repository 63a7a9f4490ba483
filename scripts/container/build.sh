#!/bin/bash
# build.sh PREFIX installs the service, built from these sources, into an empty PREFIX.
set -euo pipefail
prefix=$1
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

scripts/install.sh build
cmake --preset package
cmake --build --preset package
cmake --install build/package --prefix "$prefix" --component service --strip
