#!/bin/bash
# summary_test.sh: the last line of `./dev test` for what ctest may say.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

# expect STATUS LINE LOG
expect() {
  local status=0 line
  line=$("$source_dir/scripts/dev/summary.sh" <(printf '%s\n' "$3") 2>&1) || status=$?
  [ "$status $line" = "$1 $2" ] || fail "'$status $line' instead of '$1 $2'"
}

expect 0 '12 passed, 0 failed' '100% tests passed, 0 tests failed out of 12'
expect 1 '10 passed, 2 failed' '83% tests passed, 2 tests failed out of 12'
expect 1 '11 passed, 1 failed' '100% tests passed, 0 tests failed out of 12

The following tests did not run:
	  2 - store-postgres (Skipped)'
expect 1 'no test ran' 'No tests were found!!!'
