#!/bin/bash
# jose_test.sh SERVICE PACKAGES
# npm's jose verifies access tokens with the published keys, also while they are replaced.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/support.sh"
# shellcheck source=tests/clients/npm.sh
. "$(dirname "${BASH_SOURCE[0]}")/npm.sh"
program=$1
packages=$2

printVersions "$packages" jose
export SERVICE_SECRET=$service_secret
mkdir -m 700 "$scratch/data"
for key in old new; do
  (umask 077 && openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 \
    -out "$scratch/data/$key.pem")
done

# startWith TOKENS starts a service with the old key and these `tokens`.
startWith() {
  cat >"$scratch/config.yaml" <<EOF
server: {address: 127.0.0.1, port: 0}
signer: {plugin: signer-rs256, settings: {keys: [{private_key_file: data/old.pem}]}}
refresh_signer: {plugin: signer-hs256, settings: {secret_file: data/hs256.key, create_missing: true}}
store: {plugin: store-sqlite, settings: {path: data/token-service.db}}
key_set: {max_age: 2s}
tokens: $1
service_secrets: [{name: e2e, secret: $service_secret}]
EOF
  startService "$program" serve --config "$scratch/config.yaml"
  export TOKEN_SERVICE_URL=http://$address
}

startWith '{issuer: "https://tokens.example.org"}'
runClient "$packages" jose_client.mjs
TOKEN_SERVICE_CONFIG=$scratch/config.yaml TOKEN_SERVICE_PID=$service \
  runClient "$packages" jose_rotation_client.mjs
stopService

startWith '{issuer: "https://tokens.example.org", profile: at+jwt, audience: "https://api.example.org"}'
runClient "$packages" jose_profile_client.mjs
stopService
