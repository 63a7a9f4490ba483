#!/bin/bash
# nginx_forward_auth_test.sh SERVICE
# nginx with config/nginx-forward-auth.conf, in which only ports are replaced, in front of an
# application that shows what reaches it.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/support.sh"
# shellcheck source=tests/e2e/nginx.sh
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/nginx.sh"
program=$1
readonly snippet=$source_dir/config/nginx-forward-auth.conf
readonly lifetime=6

application=
# shellcheck disable=SC2317 # called by the trap
cleanUpMore() {
  endNginx
  [ -z "$application" ] || kill -TERM "$application" 2>/dev/null || true
}

/usr/sbin/nginx -v

# The documentation has the same lines.
# shellcheck disable=SC2016 # nothing to expand
diff <(sed -n '/^```nginx$/,/^```$/p' "$source_dir/docs/operations.md" | sed '1d;$d') \
  <(sed '1,/^$/d' "$snippet") || fail "docs/operations.md differs from config/nginx-forward-auth.conf"

writeLocalConfig
echo "tokens: {access_lifetime: ${lifetime}s}" >>"$scratch/config.yaml"
startService "$program" serve --config "$scratch/config.yaml"

application_port=$(freePort)
python3 "$source_dir/tests/clients/echo_application.py" "$application_port" 2>/dev/null &
application=$!
eventually curl -fs --noproxy '*' -o /dev/null "http://127.0.0.1:$application_port/"

mkdir "$scratch/nginx"
sed -e "s|127.0.0.1:8000|$address|" -e "s|127.0.0.1:8080|127.0.0.1:$application_port|" \
  "$snippet" >"$scratch/nginx/forward_auth.conf"
port=$(freePort)
cat >"$scratch/nginx/server.conf" <<EOF
server {
  listen 127.0.0.1:$port;
  include $scratch/nginx/forward_auth.conf;
}
EOF
startNginx "$scratch/nginx/server.conf"
url=http://127.0.0.1:$port
eventually curl -fs --noproxy '*' -o /dev/null "$url/public/"

# logIn ID USERNAME prints the access token.
logIn() {
  call 201 -d "{\"id\": $1, \"username\": \"$2\"}" "http://$address/auth/token/gen-tokens/" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["access"])'
}

# The claim of a token, from its payload.
claim() {
  python3 -c 'import base64, json, sys
payload = sys.argv[1].split(".")[1]
print(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))[sys.argv[2]])' "$1" "$2"
}

# ask PATH CURL_ARGUMENT... asks nginx; the answer is in $scratch/headers and $scratch/body.
ask() {
  local path=$1
  shift
  status=$(curl -sS --noproxy '*' -m 10 -o "$scratch/body" -D "$scratch/headers" \
    -w '%{http_code}' "$@" "$url$path")
}

# passes PATH CURL_ARGUMENT... reaches the application.
passes() {
  ask "$@"
  [ "$status" = 200 ] || fail "$status instead of 200: $(cat "$scratch/body")"
}

# refused CHALLENGE CURL_ARGUMENT... gets a 401 with this challenge, and the application nothing.
refused() {
  local challenge=$1
  shift
  ask / "$@"
  [ "$status" = 401 ] || fail "$status instead of 401: $(cat "$scratch/body")"
  grep -qiE "^www-authenticate: $challenge"$'\r$' "$scratch/headers" ||
    fail "no challenge $challenge: $(cat "$scratch/headers")"
  ! grep -q '^x-auth' "$scratch/body" || fail "the application answered"
}

# identity prints what the application got as X-Auth headers.
identity() {
  grep '^x[-_]auth' "$scratch/body" | sort
}

expectIdentity() {
  local expected
  expected=$(printf 'x-auth-session-id: %s\nx-auth-user-id: %s\nx-auth-username: %s' "$3" "$1" "$2")
  [ "$(identity)" = "$expected" ] || fail "the application got: $(identity)"
}

# The application must never see these.
forged=(-H 'X-Auth-User-Id: 1' -H 'x-auth-username: root' -H 'X-AUTH-SESSION-ID: forged'
  -H 'X_Auth_User_Id: 1' -H 'X-Auth-User-Id: 2')
expired=$(logIn 9 late)
passes / -H "Authorization: Bearer $expired"

echo 'a valid token'
token=$(logIn 7 'Zoë Ada')
passes / -H "Authorization: Bearer $token"
expectIdentity 7 Zo%C3%AB%20Ada "$(claim "$token" sid)"

echo 'a valid token and headers that the client made up'
token=$(logIn 7 ada)
passes /deep/path?query=1 -H "Authorization: bearer $token" "${forged[@]}"
expectIdentity 7 ada "$(claim "$token" sid)"

echo 'a valid token with a body'
token=$(logIn 7 ada)
passes / -H "Authorization: Bearer $token" -d 'a=body' "${forged[@]}"
expectIdentity 7 ada "$(claim "$token" sid)"

echo 'a location for everybody'
passes /public/ "${forged[@]}"
[ -z "$(identity)" ] || fail "the application got: $(identity)"

echo 'no token, another scheme, no good token'
refused 'Bearer( realm="[^"]*")?' "${forged[@]}"
refused 'Bearer( realm="[^"]*")?' -H 'Authorization: Basic YWRhOnNlY3JldA==' "${forged[@]}"
refused 'Bearer .*error="invalid_token".*' -H "Authorization: Bearer ${token%??????}AAAAAA" "${forged[@]}"

echo 'nobody but nginx may ask'
ask /_verify_token -H "Authorization: Bearer $(logIn 7 ada)"
[ "$status" = 404 ] || fail "$status instead of 404"

echo 'a logged-out token'
token=$(logIn 8 bob)
passes / -H "Authorization: Bearer $token"
call 200 -d "{\"id\": 8, \"access\": \"$token\"}" \
  "http://$address/auth/token/invalidate-tokens/" >/dev/null
refused 'Bearer .*error="invalid_token".*' -H "Authorization: Bearer $token" "${forged[@]}"

echo 'an expired token'
hasExpired() {
  [ "$(date +%s)" -ge "$(claim "$expired" exp)" ]
}
eventually hasExpired
refused 'Bearer .*error="invalid_token".*' -H "Authorization: Bearer $expired" "${forged[@]}"

echo 'a service that is away'
token=$(logIn 7 ada)
stopService
ask / -H "Authorization: Bearer $token" "${forged[@]}"
[ "$status" = 500 ] || fail "$status instead of 500"
! grep -q '^x-auth' "$scratch/body" || fail "the application answered"
