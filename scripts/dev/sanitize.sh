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

suppressions=$PWD/tests/sanitizers
export PRESET=$sanitizer
export UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
export LSAN_OPTIONS=suppressions=$suppressions/lsan.txt:print_suppressions=0
export TSAN_OPTIONS=suppressions=$suppressions/tsan.txt:history_size=4:second_deadlock_stack=1
exec scripts/dev/test.sh "$@"
