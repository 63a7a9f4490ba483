#!/bin/bash
# announce.sh CONFIG copies the service's log and says how to call it once it is ready.
set -euo pipefail
trap '' INT TERM # the last lines of a service that stops belong to the log, too
config=$1

announce() {
  local url=$1 secret
  secret=$(sed -n 's/.*[{ ]secret: *"\{0,1\}\([^",} ]*\).*/\1/p' "$config" | head -n 1)
  curl -fsS -o /dev/null --retry 60 --retry-delay 1 --retry-all-errors "$url/health/ready" || return 0
  cat <<EOF

The service answers at $url. Try:

  curl -sS -X POST $url/auth/token/gen-tokens/ -H 'X-SERVICE-SECRET: $secret' -H 'Content-Type: application/json' -d '{"id": 1, "username": "ada"}'

Ctrl-C stops it.
EOF
}

announced=
while IFS= read -r line; do
  printf '%s\n' "$line" >&2
  if [ -z "$announced" ]; then
    announced=$(sed -n -f scripts/listening.sed <<<"$line")
    [ -z "$announced" ] || announce "http://$announced" &
  fi
done
