# shellcheck shell=bash
# Sourced by the end-to-end tests: a scratch folder and at most one service, which end with the test.
set -euo pipefail
umask 022

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly service_secret=an-end-to-end-test-secret-of-48-characters-in-all
scratch=$(mktemp -d)
chmod 711 "$scratch"
service=

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# What a test has to end besides the service.
cleanUpMore() { :; }

# shellcheck disable=SC2317 # called by the trap
cleanUp() {
  local status=$?
  trap '' INT TERM HUP
  cleanUpMore
  [ -z "$service" ] || kill -KILL "$service" 2>/dev/null || true
  if [ $status -ne 0 ] && [ -e "$scratch/service.log" ]; then
    sed 's/^/service: /' "$scratch/service.log" >&2
  fi
  rm -rf --one-file-system "$scratch"
}
trap cleanUp EXIT
trap 'exit 1' INT TERM HUP

eventually() {
  local _
  for _ in {1..150}; do
    ! "$@" || return 0
    sleep 0.1
  done
  fail "never happened: $*"
}

freePort() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# SQLite and HS256 in the scratch folder, on a port that the service picks.
writeLocalConfig() {
  cat >"$scratch/config.yaml" <<EOF
server: {address: 127.0.0.1, port: 0}
signer: {plugin: signer-hs256, settings: {secret_file: data/hs256.key, create_missing: true}}
store: {plugin: store-sqlite, settings: {path: data/token-service.db}}
service_secrets: [{name: e2e, secret: $service_secret}]
EOF
  mkdir -m 700 "$scratch/data"
}

listeningAddress() {
  kill -0 "$service" || fail "the service has ended"
  address=$(sed -n -f "$source_dir/scripts/listening.sed" "$scratch/service.log" | head -n 1)
  [ -n "$address" ]
}

# startService COMMAND... sets `service` to the process and `address` to host:port once it is ready.
startService() {
  : >"$scratch/service.log"
  "$@" 2>"$scratch/service.log" &
  service=$!
  eventually listeningAddress
  eventually curl -fs -o "$scratch/ready.json" "http://$address/health/ready"
}

# The service must end by itself, with 0.
stopService() {
  local status=0
  kill -TERM "$service"
  wait "$service" || status=$?
  service=
  [ $status -eq 0 ] || fail "the service ended with $status after SIGTERM"
}

# call STATUS CURL_ARGUMENT... posts JSON with the service secret, checks the status, prints the body.
call() {
  local expected=$1 status
  shift
  status=$(curl -sS -o "$scratch/body" -D "$scratch/headers" -w '%{http_code}' \
    -H "X-SERVICE-SECRET: $service_secret" -H 'Content-Type: application/json' "$@")
  [ "$status" = "$expected" ] || fail "$status instead of $expected: $(cat "$scratch/body")"
  cat "$scratch/body"
}

# checkTokens URL CURL_ARGUMENT... logs a user in and validates the access token.
checkTokens() {
  local url=$1 access answer
  shift
  access=$(call 201 "$@" -d '{"id": 7, "username": "ada"}' "$url/auth/token/gen-tokens/" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["access"])')
  answer=$(call 200 "$@" -d "{\"id\": 7, \"access\": \"$access\"}" "$url/auth/token/validate-token/")
  [ "$answer" = '{"access_token":"Valid token"}' ] || fail "validate-token said $answer"
}
