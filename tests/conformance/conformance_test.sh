#!/bin/bash
# conformance_test.sh RUNNER PLUGIN.so [KEYS|SETTING] holds one plugin to the contract of its kind,
# loaded as the service loads it; a signer with a list of so many keys, without KEYS with one key; a
# store with one more line of settings.
set -euo pipefail
runner=$1 plugin=$2 keys=${3:-} setting=${3:-}
name=$(basename "$plugin" .so)

scratch=$(mktemp -d)
database=
setting() { # the value of one word of TOKEN_SERVICE_TEST_POSTGRES
  sed -nE "s/(^|.* )$1=([^ ]*).*/\2/p" <<<"$TOKEN_SERVICE_TEST_POSTGRES"
}
keyList() { # the settings of a signer whose entries name their files in $1
  echo "create_missing: true"
  echo "keys:"
  echo "  - {$1: key-1}"
  local day
  for ((day = 2; day <= keys; day++)); do
    echo "  - $1: key-$day"
    echo "    published_from: 2026-11-$(printf %02d "$day")T00:00:00Z"
    echo "    active_from: 2026-11-$(printf %02d "$day")T01:00:00Z"
  done
}
cleanUp() {
  [ -z "$database" ] || psql -qd "$TOKEN_SERVICE_TEST_POSTGRES" -c "DROP DATABASE $database WITH (FORCE)"
  rm -rf "$scratch"
}
trap cleanUp EXIT

settings=$scratch/settings.yaml
case ${name}${keys:+-more} in
  signer-hs256-more) keyList secret_file ;;
  signer-rs256-more) keyList private_key_file ;;
  signer-hs256) echo "{secret_file: hs256.key, create_missing: true}" ;;
  signer-rs256) echo "{private_key_file: rs256.pem, create_missing: true}" ;;
  signer-ed25519)
    (umask 077 && openssl genpkey -algorithm ed25519 -out "$scratch/ed25519.pem")
    echo "{private_key_file: ed25519.pem}"
    ;;
  store-sqlite) echo "{path: sessions.db}" ;;
  store-memory)
    # It promises everything but to outlive its object.
    export GTEST_FILTER='Store*Conformance.*-*ARestartKeeps*:*TwoInstancesSee*'
    echo "{}"
    ;;
  store-postgres | store-postgres-more)
    : "${TOKEN_SERVICE_TEST_POSTGRES:?is not set: run ./dev test, which starts a PostgreSQL}"
    database=conformance_$$
    psql -qd "$TOKEN_SERVICE_TEST_POSTGRES" -c "CREATE DATABASE $database"
    echo "host: $(setting host)"
    echo "port: $(setting port)"
    echo "database: $database"
    echo "user: $(setting user)"
    echo "password: \"$(setting password)\""
    echo "$setting"
    ;;
esac >"$settings"

"$runner" "$plugin" "$settings"
