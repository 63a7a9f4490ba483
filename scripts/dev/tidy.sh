#!/bin/bash
# Runs clang-tidy over the sources of the product. Tests and benchmarks are left to the compiler's
# warnings: they would double the time.
set -euo pipefail

cmake --preset release >/dev/null
sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' build/release/compile_commands.json |
  grep -vE "^$PWD/(build|tests|bench)/" | sort -u |
  xargs -r -d '\n' -n 1 -P "$(nproc)" \
    clang-tidy-14 -p build/release --quiet --extra-arg=-Wno-unknown-warning-option
