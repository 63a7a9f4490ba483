#!/bin/bash
# pyjwt_test.sh SERVICE
# PyJWT verifies access tokens with the published keys.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/support.sh"
program=$1

dpkg-query -W python3-jwt python3-cryptography
export NO_PROXY=127.0.0.1 SERVICE_SECRET=$service_secret

# verify CLASS TOKENS runs a class of tests against a service with these `tokens`.
verify() {
  cat >"$scratch/config.yaml" <<EOF
server: {address: 127.0.0.1, port: 0}
signer: {plugin: signer-rs256, settings: {private_key_file: data/rs256.pem, create_missing: true}}
refresh_signer: {plugin: signer-hs256, settings: {secret_file: data/hs256.key, create_missing: true}}
store: {plugin: store-sqlite, settings: {path: data/token-service.db}}
tokens: $2
service_secrets: [{name: e2e, secret: $service_secret}]
EOF
  startService "$program" serve --config "$scratch/config.yaml"
  TOKEN_SERVICE_URL=http://$address timeout 60 \
    /usr/bin/python3 -I "$source_dir/tests/clients/pyjwt_client.py" -v "$1"
  stopService
}

mkdir -m 700 "$scratch/data"
verify AccessTokens '{issuer: "https://tokens.example.org", access_lifetime: 4s}'
verify AccessTokenProfile \
  '{issuer: "https://tokens.example.org", profile: at+jwt, audience: "https://api.example.org"}'
