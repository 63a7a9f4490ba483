#!/bin/bash
# fuzz.sh SECONDS [TARGET...] runs the fuzz targets of tests/fuzz, each for so long or, if
# TOKEN_SERVICE_FUZZ_RUNS is set, until it has tried so many inputs, and prints how many it has
# tried. What it finds stays in build/fuzz/findings, what it learns in build/fuzz/corpus. Exits 1 if
# anything was found.
set -euo pipefail

if ! [[ ${1:-} =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: ./dev fuzz SECONDS [TARGET...]" >&2
  exit 64
fi
export seconds=$1 build=build/fuzz
shift

scripts/install.sh build fuzz
[ -e $build/build.ninja ] || cmake --preset fuzz
cmake --build --preset fuzz

mapfile -t known < <(find tests/fuzz -name '*_fuzz.cpp' -printf '%f\n' | sed 's/_fuzz\.cpp$//' | sort)
targets=("${@:-${known[@]}}")
for target in "${targets[@]}"; do
  if [[ " ${known[*]} " != *" $target "* ]]; then
    echo "fuzz: there is no target $target; there are: ${known[*]}" >&2
    exit 64
  fi
done

run() {
  local target=$1 log=$build/$1.log corpus=$build/corpus/$1 dictionary=tests/fuzz/$1.dict result=good
  mkdir -p "$corpus" $build/findings
  [ -e "$dictionary" ] || dictionary=/dev/null
  $build/bin/"${target}_fuzz" -max_total_time="$seconds" -runs="${TOKEN_SERVICE_FUZZ_RUNS:--1}" \
    -max_len=2048 -timeout=10 -print_final_stats=1 -dict="$dictionary" \
    -artifact_prefix="$build/findings/$target-" "$corpus" "tests/fuzz/corpus/$target" >"$log" 2>&1 || result=FOUND
  printf '%-16s %12s inputs  %s\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$result"
  if [ $result = FOUND ]; then
    grep -A 30 -m 1 -E 'does not hold|ERROR|runtime error' "$log" || tail -n 30 "$log"
    sed -n 's/.*Test unit written to \(.*\)/reproduce it with: '"${build//\//\\/}\/bin\/${target}_fuzz"' \1/p' "$log"
    return 1
  fi
}
export -f run
export UBSAN_OPTIONS=print_stacktrace=1
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I '{}' bash -c 'run {}' ||
  exit 1
