#!/bin/bash
# npm_packages.sh SOURCES DIR installs what SOURCES/package-lock.json names into DIR/node_modules,
# unless it is there.
set -euo pipefail
sources=$1
folder=$2

if ! cmp -s "$sources/package-lock.json" "$folder/installed.json"; then
  rm -rf "$folder"
  mkdir -p "$folder"
  cp "$sources/package.json" "$sources/package-lock.json" "$folder"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --cache "$folder/cache")
  cp "$sources/package-lock.json" "$folder/installed.json"
fi
