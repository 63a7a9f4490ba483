#!/bin/bash
# threads_test.sh BINARY: a service that cannot have all of its threads ends at once, in order and
# with a line that says so, whichever of them is the first that is missing. One that has them all,
# and not one more, stops as others do.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

[ -n "${TOKEN_SERVICE_TEST_POSTGRES:-}" ] ||
  fail "TOKEN_SERVICE_TEST_POSTGRES is not set: run the tests with ./dev test"
readonly binary=$1 database_name=ts_threads_$$
cores=$(python3 -c 'import os; print(*sorted(os.sched_getaffinity(0))[:4], sep=",")')
readonly sentence='cannot start a thread \(Resource temporarily unavailable\): raise the limit of processes or of memory'

cleanUpMore() { sql "DROP DATABASE IF EXISTS $database_name WITH (FORCE)" || true; }

sql() { psql -XqAt "$TOKEN_SERVICE_TEST_POSTGRES dbname=postgres" -c "$1" 2>/dev/null; }

postgresStore() {
  local words word settings=
  read -ra words <<<"$TOKEN_SERVICE_TEST_POSTGRES"
  for word in "${words[@]}"; do
    case $word in
      dbname=*) ;;
      port=*) settings+="${word/=/: }, " ;;
      *) settings+="${word/=/: \"}\", " ;;
    esac
  done
  echo "{plugin: store-postgres, settings: {${settings}database: $database_name}}"
}

# startWithThreads COUNT: a thread takes 1 GiB of the address space for its stack, and all else
# together takes less. What depends on the number of cores is the same on all larger machines.
startWithThreads() {
  local gib=$((1024 * 1024 * 1024))
  : >"$scratch/service.log"
  taskset -c "$cores" prlimit --stack=$gib: --as=$((gib * ($1 + 1))) \
    "$binary" serve --config "$scratch/config.yaml" 2>"$scratch/service.log" &
  service=$!
}

hasEnded() { ! kill -0 "$service" 2>/dev/null; }
isListening() { grep -q ' listening' "$scratch/service.log"; }
isDecided() { isListening || hasEnded; }

expectRefusal() {
  local status=0 said
  wait "$service" || status=$?
  service=
  said=$(sed '/^[0-9-]*T[0-9:.]*Z info /d' "$scratch/service.log")
  [[ $status -eq 69 && $said =~ ^token-service:\ ([^ ]*:3: store.settings: store\(store-[a-z]*\): )?$sentence$ ]] ||
    fail "with $1 threads $status and '$said'"
}

expectOrderlyEnd() {
  local status=0
  kill -TERM "$service"
  wait "$service" || status=$?
  service=
  if [ "$status" -ne 0 ] || ! grep -q ' info stopped' "$scratch/service.log"; then
    fail "asked to stop, without a thread to spare: $status and '$(cat "$scratch/service.log")'"
  fi
}

# expectAllOrNone STORE LEAST: which needs more threads than so many.
expectAllOrNone() {
  local count
  sed -i "s|^store:.*|store: $1|" "$scratch/config.yaml"
  for count in {0..30}; do
    startWithThreads "$count"
    eventually isDecided
    if isListening; then
      [ "$count" -gt "$2" ] || fail "$count threads are enough: what was tested?"
      expectOrderlyEnd
      return
    fi
    expectRefusal "$count"
  done
  fail "$count threads are not enough"
}

writeLocalConfig
sql "CREATE DATABASE $database_name"
expectAllOrNone "$(sed -n 's/^store: //p' "$scratch/config.yaml")" 7
expectAllOrNone "$(postgresStore)" 9
