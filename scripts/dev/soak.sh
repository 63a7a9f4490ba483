#!/bin/bash
# soak.sh [ARG...] runs the tests labelled soak with their full counts.
set -euo pipefail

export TOKEN_SERVICE_RACES=10000 TOKEN_SERVICE_CUTS=2000 TOKEN_SERVICE_CRASHES=50
export TOKEN_SERVICE_VALIDATIONS=100000 TOKEN_SERVICE_HISTORY=2000000
export TOKEN_SERVICE_FORGERIES=1000
export TOKEN_SERVICE_CONTAINER_BUILD=1
exec scripts/dev/test.sh --label-regex '^soak$' "$@"
