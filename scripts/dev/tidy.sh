#!/bin/bash
# Runs clang-tidy over every source that the preset release compiles, generated ones excepted.
set -euo pipefail

cmake --preset release >/dev/null
sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' build/release/compile_commands.json |
  grep -v "^$PWD/build/" | sort -u |
  xargs -r -d '\n' -n 1 -P "$(nproc)" \
    clang-tidy-14 -p build/release --quiet --extra-arg=-Wno-unknown-warning-option
