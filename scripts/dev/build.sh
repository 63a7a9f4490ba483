#!/bin/bash
# build.sh [TARGET...] builds the preset release.
set -euo pipefail

scripts/install.sh build
[ -e build/release/build.ninja ] || cmake --preset release
cmake --build --preset release ${1:+--target "$@"}
