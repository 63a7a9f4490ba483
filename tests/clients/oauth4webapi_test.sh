#!/bin/bash
# oauth4webapi_test.sh SERVICE PACKAGES
# npm's oauth4webapi finds the endpoints by itself, refreshes, introspects and revokes.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/support.sh"
# shellcheck source=tests/clients/npm.sh
. "$(dirname "${BASH_SOURCE[0]}")/npm.sh"
program=$1
packages=$2

printVersions "$packages" oauth4webapi
mkdir -m 700 "$scratch/data"
export SERVICE_SECRET=$service_secret
# What only percent-encoding takes through HTTP Basic unchanged.
export INTROSPECTION_NAME=reports.eu INTROSPECTION_SECRET='100% a+b c:d/e=f?g&h#ÿ ~€'

for rotation in off on; do
  port=$(freePort)
  export TOKEN_SERVICE_URL=http://127.0.0.1:$port ROTATION=$rotation
  cat >"$scratch/config.yaml" <<EOF
server: {address: 127.0.0.1, port: $port, public_url: "$TOKEN_SERVICE_URL"}
signer: {plugin: signer-rs256, settings: {private_key_file: data/rs256.pem, create_missing: true}}
refresh_signer: {plugin: signer-hs256, settings: {secret_file: data/hs256.key, create_missing: true}}
store: {plugin: store-sqlite, settings: {path: data/token-service.db}}
tokens: {issuer: "$TOKEN_SERVICE_URL", profile: at+jwt, audience: "https://api.example.org"}
refresh: {rotation: $rotation}
service_secrets:
  - {name: e2e, secret: $service_secret}
  - {name: $INTROSPECTION_NAME, secret: '$INTROSPECTION_SECRET'}
EOF
  startService "$program" serve --config "$scratch/config.yaml"
  runClient "$packages" oauth4webapi_client.mjs
  stopService
done
