#!/bin/bash
# nginx_test.sh SERVICE
# The service behind nginx with config/nginx.conf, in which only addresses and paths are replaced.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"
program=$1

nginx=
# shellcheck disable=SC2317 # called by the trap
cleanUpMore() {
  [ -z "$nginx" ] || kill -TERM "$nginx" 2>/dev/null || true
  [ ! -s "$scratch/nginx/error.log" ] || sed 's/^/nginx: /' "$scratch/nginx/error.log" >&2
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
cat >"$scratch/nginx/nginx.conf" <<EOF
daemon off;
pid $scratch/nginx/pid;
error_log $scratch/nginx/error.log;
events {}
http {
  access_log off;
  client_body_temp_path $scratch/nginx/client_body;
  proxy_temp_path $scratch/nginx/proxy;
  fastcgi_temp_path $scratch/nginx/fastcgi;
  uwsgi_temp_path $scratch/nginx/uwsgi;
  scgi_temp_path $scratch/nginx/scgi;
  include $scratch/nginx/token-service.conf;
}
EOF

as_nobody=()
if [ "$(id -u)" -eq 0 ]; then
  chown -R nobody: "$scratch/nginx"
  as_nobody=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi
"${as_nobody[@]}" /usr/sbin/nginx -e "$scratch/nginx/error.log" -p "$scratch/nginx" \
  -c "$scratch/nginx/nginx.conf" &
nginx=$!

url=https://localhost:$port
tls=(--cacert "$scratch/nginx/cert.pem" --noproxy '*')
eventually curl -fs -o /dev/null "${tls[@]}" "$url/health/live"

checkTokens "$url" "${tls[@]}"
grep -qi '^x-request-id: [0-9a-f]\{32\}' "$scratch/headers" || fail "no request id of nginx's"
call 401 "${tls[@]}" -H 'X-Request-ID: caller-1' \
  -d '{"id": 7, "access": "x"}' "$url/auth/token/validate-token/" >/dev/null
grep -qi '^x-request-id: caller-1' "$scratch/headers" || fail "the caller's request id is lost"

stopService
