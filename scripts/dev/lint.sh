#!/bin/bash
set -euo pipefail

scripts/install.sh build lint
git ls-files -z '*.cpp' '*.hpp' | xargs -0 -r clang-format-14 --dry-run --Werror
{
  git ls-files -z '*.sh'
  git grep -lzE '^#!/bin/(ba)?sh' -- . ':!*.sh'
} | xargs -0 shellcheck
scripts/dev/tidy.sh
