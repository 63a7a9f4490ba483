#!/bin/sh
# exported_symbols_test.sh PLUGIN...              every plugin exports what it may
# exported_symbols_test.sh --refuses PLUGIN...    none of these does
#
# A plugin exports one strong symbol, its descriptor. Weak and unique symbols may be type
# information and inline functions of the SDK and of the standard library, which host and plugin
# share.
set -eu

complaint() {
  symbols=$(nm -D --defined-only "$1")
  if ! printf '%s\n' "$symbols" | grep -q ' [DR] token_service_plugin_v1$'; then
    echo "$1: does not export the data token_service_plugin_v1"
  fi
  printf '%s\n' "$symbols" | while read -r _ type name; do
    [ -n "$name" ] || continue
    demangled=$(printf '%s' "$name" | c++filt)
    case "$type $demangled" in
      [DR]\ token_service_plugin_v1) ;;
      B\ __odr_asan.token_service_plugin_v1) ;; # AddressSanitizer's mark on it
      [WVwvu]\ *token_service::sdk::* | [WVwvu]\ *std::* | [WVwvu]\ *__gnu_cxx::* | \
      [WVwvu]\ "operator new"* | [WVwvu]\ "operator delete"* ) ;;
      *) echo "$1: exports $demangled ($type)" ;;
    esac
  done
}

refuses=no
if [ "$1" = --refuses ]; then
  refuses=yes
  shift
fi

status=0
for plugin; do
  found=$(complaint "$plugin")
  if [ $refuses = no ] && [ -n "$found" ]; then
    echo "$found"
    status=1
  elif [ $refuses = yes ] && [ -z "$found" ]; then
    echo "$plugin: nothing was found wrong with it"
    status=1
  fi
done
exit $status
