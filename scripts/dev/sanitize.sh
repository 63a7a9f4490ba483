#!/bin/bash
# sanitize.sh [asan|tsan] [ARG...] builds with sanitizers and runs the tests; arguments go to ctest.
# asan (the default): addresses, leaks and undefined behaviour, over the whole suite. tsan: data
# races, over the unit and integration tests. What is suppressed stands with its reason in
# tests/sanitizers.
set -euo pipefail

sanitizer=asan
case ${1:-} in
  asan | tsan)
    sanitizer=$1
    shift
    ;;
esac

# The label `unsanitized` is for tests that would measure the sanitizer:
# - store_postgres_leak_test: resident memory, to which what ASan keeps in quarantine adds; leaks are
#   LeakSanitizer's in every test
# - poco_postgres_traps_test: shows, by the C library's own counts, that Poco leaks
# - e2e.threads: limits the address space, of which ASan takes terabytes
# - e2e.container: the image has no sanitizer's library
excluded=unsanitized
if [ "$sanitizer" = tsan ]; then
  excluded="$excluded|e2e|clients|consumer"
fi

# A report of whichever process is a failure, even if no test looks at how that process ended.
reports=$PWD/build/$sanitizer/reports
rm -rf "$reports"
mkdir -p "$reports"
common=log_path=$reports/report

suppressions=$PWD/tests/sanitizers/tsan.txt
export PRESET=$sanitizer
export UBSAN_OPTIONS=$common:print_stacktrace=1
export ASAN_OPTIONS=$common:detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
# A second SIGTERM leaves threads behind on purpose, and is to be quick.
export TSAN_OPTIONS=$common:suppressions=$suppressions:history_size=4:second_deadlock_stack=1
export TSAN_OPTIONS=$TSAN_OPTIONS:report_thread_leaks=0:atexit_sleep_ms=0
status=0
scripts/dev/test.sh --label-exclude "^($excluded)$" "$@" || status=$?

for report in "$reports"/*; do
  [ -e "$report" ] || continue
  status=1
  cat "$report"
done
exit "$status"
