#!/bin/bash
# consumer_test.sh SOURCE_DIR BUILD_DIR [SERVICE]
# Builds examples/ as a foreign project would, from an installed package, and loads what comes out.
set -euo pipefail
umask 022
source_dir=$1
build_dir=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --install "$build_dir" --prefix "$scratch/prefix" >/dev/null
cp -R "$source_dir/examples" "$scratch/examples"
cmake -G Ninja -S "$scratch/examples" -B "$scratch/build" -DCMAKE_PREFIX_PATH="$scratch/prefix" \
  -DCMAKE_CXX_FLAGS='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Werror'
cmake --build "$scratch/build" --parallel 2
cmake --install "$scratch/build" --prefix "$scratch/prefix"

plugins=$scratch/prefix/lib/token-service/plugins
for plugin in signer-ed25519 store-memory; do
  exported=$(nm -D --defined-only "$plugins/$plugin.so" | awk '$2 !~ /[WVu]/ { print $3 }')
  if [ "$exported" != token_service_plugin_v1 ]; then
    echo "$plugin exports: $exported" >&2
    exit 1
  fi
done
