#!/bin/bash
# consumer_test.sh BUILD_DIR
# Builds examples/ as a foreign project would, from an installed package, and runs the installed
# service with the plugins that come out.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/support.sh"
prefix=$scratch/prefix
plugins=$prefix/lib/token-service/plugins

cmake --install "$1" --prefix "$prefix" >/dev/null
cp -R "$source_dir/examples" "$scratch/examples"
cmake -G Ninja -S "$scratch/examples" -B "$scratch/build" -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_CXX_FLAGS='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Werror'
cmake --build "$scratch/build" --parallel 2
cmake --install "$scratch/build" --prefix "$prefix"

installed=$("$prefix/bin/token-service" plugins --plugin-dir "$plugins")
for plugin in signer-ed25519 store-memory; do
  exported=$(nm -D --defined-only "$plugins/$plugin.so" | awk '$2 !~ /[WVu]/ { print $3 }')
  [ "$exported" = token_service_plugin_v1 ] || fail "$plugin exports: $exported"
  grep -q "$plugin" <<<"$installed" || fail "$plugin is not listed: $installed"
  "$source_dir/tests/conformance/conformance_test.sh" \
    "$prefix/bin/token-service-conformance" "$plugins/$plugin.so"
done

openssl genpkey -algorithm ed25519 -out "$scratch/key.pem"
chmod 600 "$scratch/key.pem"
cat >"$scratch/config.yaml" <<EOF
server: {address: 127.0.0.1, port: 0}
signer: {plugin: signer-ed25519, settings: {private_key_file: key.pem}}
store: {plugin: store-memory}
service_secrets: [{name: consumer, secret: $service_secret}]
EOF
startService "$prefix/bin/token-service" serve --config "$scratch/config.yaml"
checkTokens "http://$address"
stopService
