#!/bin/bash
set -euo pipefail

scripts/install.sh lint
git ls-files -z '*.cpp' '*.hpp' | xargs -0 -r clang-format-14 -i
