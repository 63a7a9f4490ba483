#!/bin/bash
# summary.sh LOG prints "N passed, N failed" for a log of ctest; a test that did not run has failed.
set -euo pipefail

awk '
  / tests failed out of / { failed = $(NF - 5); total = $NF; found = 1 }
  / \(Skipped\)$| \(Disabled\)$/ { skipped++ }
  END {
    if (!found) { print "no test ran" > "/dev/stderr"; exit 1 }
    failed += skipped
    printf "%d passed, %d failed\n", total - failed, failed
    exit failed > 0
  }' "$1"
