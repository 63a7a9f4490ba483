#!/bin/bash
# jose_test.sh SERVICE PACKAGES
# npm's jose verifies access tokens with the published keys.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/support.sh"
# shellcheck source=tests/clients/npm.sh
. "$(dirname "${BASH_SOURCE[0]}")/npm.sh"
program=$1
packages=$2

printVersions "$packages" jose
export SERVICE_SECRET=$service_secret
mkdir -m 700 "$scratch/data"
# startWith TOKENS starts a service with these `tokens`.
startWith() {
  cat >"$scratch/config.yaml" <<EOF
server: {address: 127.0.0.1, port: 0}
signer: {plugin: signer-rs256, settings: {private_key_file: data/old.pem, create_missing: true}}
refresh_signer: {plugin: signer-hs256, settings: {secret_file: data/hs256.key, create_missing: true}}
store: {plugin: store-sqlite, settings: {path: data/token-service.db}}
tokens: $1
service_secrets: [{name: e2e, secret: $service_secret}]
EOF
  startService "$program" serve --config "$scratch/config.yaml"
  export TOKEN_SERVICE_URL=http://$address
}

startWith '{issuer: "https://tokens.example.org"}'
runClient "$packages" jose_client.mjs
stopService

startWith '{issuer: "https://tokens.example.org", profile: at+jwt, audience: "https://api.example.org"}'
runClient "$packages" jose_profile_client.mjs
stopService
