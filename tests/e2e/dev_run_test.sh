#!/bin/bash
# dev_run_test.sh: `./dev run` says how to call the service, and its command works as it stands.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

sed 's/port: 8000/port: 0/' "$source_dir/config/local.yaml" >"$scratch/local.yaml"
"$source_dir/dev" run "$scratch/local.yaml" >"$scratch/output" 2>"$scratch/service.log" &
service=$!
eventually grep -qs '^  curl ' "$scratch/output"

answer=$(bash -c "$(grep '^  curl ' "$scratch/output")")
python3 -c 'import json, sys; assert {"id", "refresh", "access"} == set(json.loads(sys.argv[1]))' \
  "$answer" || fail "the printed command got $answer"

kill -INT "$service"
status=0
wait "$service" || status=$?
service=
[ $status -eq 0 ] || fail "it ended with $status after Ctrl-C"
