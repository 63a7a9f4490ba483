#!/bin/sh
# sdk_headers_test.sh FOLDER             the SDK's headers are the recorded ones
# sdk_headers_test.sh FOLDER --record    they are from now on
#
# Plugins built with one kAbiVersion must fit every host with the same: the recorded headers and
# that number change together.
set -eu

folder=$1
record=$(cd "$(dirname "$0")" && pwd)/sdk_headers.sha256
cd "$folder"

present() {
  echo "# $(grep -o 'kAbiVersion = [0-9]*' abi.hpp)"
  sha256sum abi.hpp error.hpp host.hpp plugin.hpp settings.hpp signer.hpp store.hpp
}

if [ "${2:-}" = --record ]; then
  present >"$record"
  exit 0
fi
if ! present | diff "$record" -; then
  echo "A header that crosses the plugin boundary has changed. If layout, order, signature or"
  echo "meaning changed, raise kAbiVersion in sdk/include/token_service/sdk/abi.hpp. Then record:"
  echo "  tests/integration/plugin/sdk_headers_test.sh sdk/include/token_service/sdk --record"
  exit 1
fi
