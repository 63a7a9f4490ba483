#!/bin/bash
# build.sh [TARGET...] builds the preset PRESET, release if there is none.
set -euo pipefail
preset=${PRESET:-release}

scripts/install.sh build
[ -e "build/$preset/build.ninja" ] || cmake --preset "$preset"
cmake --build --preset "$preset" ${1:+--target "$@"}
