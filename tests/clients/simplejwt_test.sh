#!/bin/bash
# simplejwt_test.sh SERVICE hs256|rs256
# A Django service with djangorestframework-simplejwt reads the tokens: with the shared secret, or
# with the published keys.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/support.sh"
program=$1
algorithm=$2

dpkg-query -W python3-djangorestframework-simplejwt python3-djangorestframework python3-django \
  python3-jwt
mkdir -m 700 "$scratch/data"
case $algorithm in
  hs256)
    (umask 077 && openssl rand -hex 32 >"$scratch/data/hs256.key")
    key='secret_file: data/hs256.key'
    ;;
  rs256) key='private_key_file: data/rs256.pem, create_missing: true' ;;
  *) fail "no such algorithm: $algorithm" ;;
esac
cat >"$scratch/config.yaml" <<EOF
server: {address: 127.0.0.1, port: 0}
signer: {plugin: signer-$algorithm, settings: {$key}}
store: {plugin: store-sqlite, settings: {path: data/token-service.db}}
tokens: {issuer: "https://tokens.example.org", access_lifetime: 4s}
service_secrets: [{name: e2e, secret: $service_secret}]
EOF
startService "$program" serve --config "$scratch/config.yaml"
NO_PROXY=127.0.0.1 SERVICE_SECRET=$service_secret TOKEN_SERVICE_URL=http://$address \
  ALGORITHM=${algorithm^^} SIGNING_KEY=$(cat "$scratch/data/hs256.key" 2>/dev/null) timeout 60 \
  /usr/bin/python3 -I "$source_dir/tests/clients/simplejwt_client.py" -v
stopService
