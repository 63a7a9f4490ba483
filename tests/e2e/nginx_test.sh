#!/bin/bash
# nginx_test.sh SERVICE
# The service behind nginx with config/nginx.conf, in which only addresses and paths are replaced.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"
# shellcheck source=tests/e2e/nginx.sh
. "$(dirname "${BASH_SOURCE[0]}")/nginx.sh"
program=$1

# shellcheck disable=SC2317 # called by the trap
cleanUpMore() {
  endNginx
}

writeLocalConfig
startService "$program" serve --config "$scratch/config.yaml"

mkdir "$scratch/nginx"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost \
  -keyout "$scratch/nginx/key.pem" -out "$scratch/nginx/cert.pem" 2>/dev/null
port=$(freePort)
sed -e "s|127.0.0.1:8000|$address|" -e "s|listen 443|listen 127.0.0.1:$port|" \
  -e 's|auth.example.org;|localhost;|' \
  -e "s|/etc/ssl/certs/auth.example.org.pem|$scratch/nginx/cert.pem|" \
  -e "s|/etc/ssl/private/auth.example.org.key|$scratch/nginx/key.pem|" \
  "$source_dir/config/nginx.conf" >"$scratch/nginx/token-service.conf"
startNginx "$scratch/nginx/token-service.conf"

url=https://localhost:$port
tls=(--cacert "$scratch/nginx/cert.pem" --noproxy '*')
eventually curl -fs -o /dev/null "${tls[@]}" "$url/health/live"

checkTokens "$url" "${tls[@]}"
grep -qi '^x-request-id: [0-9a-f]\{32\}' "$scratch/headers" || fail "no request id of nginx's"
call 401 "${tls[@]}" -H 'X-Request-ID: caller-1' \
  -d '{"id": 7, "access": "x"}' "$url/auth/token/validate-token/" >/dev/null
grep -qi '^x-request-id: caller-1' "$scratch/headers" || fail "the caller's request id is lost"

# For the operator on this machine, not for the world.
sessions=$url/v1/users/7/sessions
call 200 "${tls[@]}" "$sessions" >/dev/null
call 403 "${tls[@]}" --interface 127.0.0.2 "$sessions" >/dev/null
call 403 "${tls[@]}" --interface 127.0.0.2 -X DELETE "$sessions" >/dev/null
call 403 "${tls[@]}" --interface 127.0.0.2 "$url/health/live" >/dev/null

stopService
