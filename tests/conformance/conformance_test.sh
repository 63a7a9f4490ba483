#!/bin/bash
# conformance_test.sh RUNNER PLUGIN.so holds one plugin to the contract of its kind, loaded as the
# service loads it.
set -euo pipefail
runner=$1 plugin=$2
name=$(basename "$plugin" .so)

scratch=$(mktemp -d)
database=
setting() { # the value of one word of TOKEN_SERVICE_TEST_POSTGRES
  sed -nE "s/(^|.* )$1=([^ ]*).*/\2/p" <<<"$TOKEN_SERVICE_TEST_POSTGRES"
}
cleanUp() {
  [ -z "$database" ] || psql -qd "$TOKEN_SERVICE_TEST_POSTGRES" -c "DROP DATABASE $database WITH (FORCE)"
  rm -rf "$scratch"
}
trap cleanUp EXIT

settings=$scratch/settings.yaml
case $name in
  signer-hs256) echo "{secret_file: hs256.key, create_missing: true}" ;;
  signer-rs256) echo "{private_key_file: rs256.pem, create_missing: true}" ;;
  signer-ed25519)
    (umask 077 && openssl genpkey -algorithm ed25519 -out "$scratch/ed25519.pem")
    echo "{private_key_file: ed25519.pem}"
    ;;
  store-sqlite) echo "{path: sessions.db}" ;;
  store-memory)
    # It promises everything but to outlive its object.
    export GTEST_FILTER='StoreConformance.*-*ARestartKeeps*:*TwoInstancesSee*'
    echo "{}"
    ;;
  store-postgres)
    : "${TOKEN_SERVICE_TEST_POSTGRES:?is not set: run ./dev test, which starts a PostgreSQL}"
    database=conformance_$$
    psql -qd "$TOKEN_SERVICE_TEST_POSTGRES" -c "CREATE DATABASE $database"
    echo "host: $(setting host)"
    echo "port: $(setting port)"
    echo "database: $database"
    echo "user: $(setting user)"
    echo "password: \"$(setting password)\""
    ;;
esac >"$settings"

"$runner" "$plugin" "$settings"
