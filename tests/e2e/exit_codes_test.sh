#!/bin/bash
# exit_codes_test.sh BINARY: what keeps the service from starting ends it at once, with the exit code
# of its kind and a line that names the place, and shows no secret.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

[ -n "${TOKEN_SERVICE_TEST_POSTGRES:-}" ] ||
  fail "TOKEN_SERVICE_TEST_POSTGRES is not set: run the tests with ./dev test"
read -ra database_words <<<"$TOKEN_SERVICE_TEST_POSTGRES"
declare -A database
for word in "${database_words[@]}"; do
  database[${word%%=*}]=${word#*=}
done
readonly database_name=ts_exit_codes_$$

# Nobody else may enter the folder of the build.
mkdir -p "$scratch/bin" "$scratch/lib/token-service"
install -m 755 "$1" "$scratch/bin/token-service"
cp -r "$(dirname "$1")/../lib/token-service/plugins" "$scratch/lib/token-service/plugins"
readonly binary=$scratch/bin/token-service
readonly config=$scratch/config.yaml
readonly key_text=5d6c0a3c1f0e4f8fa4b7c1e2d3958677

unprivileged=()
[ "$(id -u)" -ne 0 ] || unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups)

readonly cluster_script=$source_dir/tests/support/postgres_cluster.sh

listener=
cleanUpMore() {
  [ ! -e "$scratch/cluster/data_folder" ] || "$cluster_script" stop "$scratch/cluster" || true
  [ -z "$listener" ] || kill "$listener" || true
  sql postgres "DROP DATABASE IF EXISTS $database_name WITH (FORCE)" || true
}

# sql DATABASE STATEMENT
sql() {
  psql -XqAt "$TOKEN_SERVICE_TEST_POSTGRES dbname=$1" -c "$2" 2>/dev/null
}

# configure [SECTION YAML]... writes a good configuration, but for the sections named: a line each,
# in the order below.
configure() {
  local -A sections=(
    [server]='{address: 127.0.0.1, port: 0}'
    [signer]='{plugin: signer-hs256, settings: {secret_file: good.key}}'
    [refresh_signer]=null
    [store]='{plugin: store-sqlite, settings: {path: sessions.db}}'
    [service_secrets]="[{name: e2e, secret: $service_secret}]"
  )
  while [ $# -gt 0 ]; do
    sections[$1]=$2
    shift 2
  done
  local section
  for section in server signer refresh_signer store service_secrets; do
    echo "$section: ${sections[$section]}"
  done >"$config"
}

# secret FILE TEXT keeps a text, which nobody may print, in a file that only its owner may read.
secret() {
  install -m 600 /dev/null "$scratch/$1"
  printf '%s' "$2" >"$scratch/$1"
  { grep -v -e ----- "$scratch/$1" || true; } >>"$scratch/secrets"
  sed -i '/^$/d' "$scratch/secrets"
}

# expect STATUS LINES COMMAND... compares standard error less what it logs on the way.
expect() {
  local expected=$1 lines=$2 status=0 start=${EPOCHREALTIME/./}
  shift 2
  timeout 20 "$@" >"$scratch/stdout" 2>"$scratch/stderr" || status=$?
  local milliseconds=$(((${EPOCHREALTIME/./} - start) / 1000)) said
  said=$(sed -e "s|$scratch/||g" -e '/^[0-9-]*T[0-9:.]*Z info /d' "$scratch/stderr")
  [ "$status $said" = "$expected token-service: $lines" ] ||
    fail "'$status $said' instead of '$expected token-service: $lines' from: ${*##*/}"
  [ "$milliseconds" -lt 2000 ] || fail "$milliseconds ms for: $lines"
  ! grep -F -f "$scratch/secrets" "$scratch/stdout" "$scratch/stderr" || fail "a secret in: $lines"
}

# refused STATUS LINES: by the command that looks and by the one that serves.
refused() {
  expect "$1" "$2" "$binary" check --config "$config"
  expect "$1" "$2" "$binary" serve --config "$config"
}

hs256() { echo "{plugin: signer-hs256, settings: {secret_file: $1}}"; }
rs256() { echo "{plugin: signer-rs256, settings: {private_key_file: $1}}"; }
sqlite() { echo "{plugin: store-sqlite, settings: {path: '$1'}}"; }
# postgres [SETTING VALUE]...
postgres() {
  local -A settings=(
    [host]=${database[host]} [port]=${database[port]} [user]=${database[user]}
    [password]="\"${database[password]}\"" [database]=$database_name
  )
  while [ $# -gt 0 ]; do
    settings[$1]=$2
    shift 2
  done
  local name text=
  for name in "${!settings[@]}"; do
    text+="${text:+, }$name: ${settings[$name]}"
  done
  echo "{plugin: store-postgres, settings: {$text}}"
}

commandLine() {
  configure
  expect 64 "'start' is not a command: try 'token-service --help'" "$binary" start
  expect 64 "a command is missing: try 'token-service --help'" "$binary"
  expect 64 "'--port' is not an option of 'serve': try 'token-service --help'" \
    "$binary" serve --port 8000
  expect 64 "'check' needs --config FILE" "$binary" check
  expect 64 "'--config' needs a value" "$binary" serve --config
}

configurationFile() {
  rm "$config"
  refused 66 "config.yaml: there is no such file"
  configure
  chmod 600 "$config"
  [ "$(id -u)" -eq 0 ] || chmod 000 "$config"
  local command
  for command in check serve; do
    expect 77 "config.yaml: cannot be opened: Permission denied" \
      "${unprivileged[@]}" "$binary" "$command" --config "$config"
  done
  rm "$config"
  configure server '{port: [}'
  refused 78 "config.yaml:1: is not valid YAML: illegal flow end"
  configure server '{port: 1, port: 2}'
  refused 78 "config.yaml:1: the key 'port' is already in line 1: remove one of the two"
  configure server '{prot: 8000}'
  refused 78 "config.yaml:1: server.prot: is not a known key, did you mean 'port'?"
  configure server '{port: eighty}'
  refused 78 "config.yaml:1: server.port: must be a whole number from 0 to 65535"
  configure signer 'signer-hs256'
  refused 78 "config.yaml:2: signer: must be a map of settings
config.yaml:2: signer.plugin: is required"
  configure service_secrets '[]'
  refused 78 "config.yaml:5: service_secrets: is required: name at least one secret"
  configure server '{prot: 8000}' store '{plugin: store-sqlite, settings: {pathh: sessions.db}}'
  refused 78 "config.yaml:1: server.prot: is not a known key, did you mean 'port'?
config.yaml:4: store.settings.path: is required
config.yaml:4: store.settings.pathh: is not a known key, did you mean 'path'?"
}

serviceSecrets() {
  secret service.key too-short-a-service-secret
  configure server '{address: 0.0.0.0, port: 0}' \
    service_secrets '[{name: e2e, secret: too-short-a-service-secret}]'
  refused 78 "config.yaml:5: service_secrets[0].secret: has fewer than 32 bytes: make one with 'openssl rand -hex 32', or listen on a loopback address only"
  configure server '{address: 0.0.0.0, port: 0}' \
    service_secrets '[{name: e2e, secret: development-only-secret-never-use-it-in-production}]'
  secret development.key development-only-secret-never-use-it-in-production
  refused 78 "config.yaml:5: service_secrets[0].secret: is the development secret, which everybody knows: make one of your own, for example with 'openssl rand -hex 32'"
}

hs256Keys() {
  local too_short="holds fewer than the 32 bytes that HS256 needs: make a new secret, for example with openssl rand -hex 32"
  secret short.key "${key_text:0:31}"
  configure signer "$(hs256 short.key)"
  refused 78 "config.yaml:2: signer.settings.secret_file: $too_short"
  secret empty.key ''
  configure signer "$(hs256 empty.key)"
  refused 78 "config.yaml:2: signer.settings.secret_file: $too_short"
  secret same.key zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz
  configure signer "$(hs256 same.key)"
  refused 78 "config.yaml:2: signer.settings.secret_file: holds one byte over and over, which anybody can guess: make a new secret, for example with openssl rand -hex 32"
  configure signer "$(hs256 none.key)"
  refused 78 "config.yaml:2: signer.settings.secret_file: there is no such file: make the key, or set create_missing: true"

  secret open.key "$key_text"
  chmod 644 "$scratch/open.key"
  configure signer "$(hs256 open.key)"
  refused 77 "config.yaml:2: signer.settings.secret_file: may be read or written by others: chmod 600 it"
  mkdir "$scratch/open"
  secret open/hs256.key "$key_text"
  chmod 777 "$scratch/open"
  configure signer "$(hs256 open/hs256.key)"
  refused 77 "config.yaml:2: signer.settings.secret_file: is in a folder that others may write: chmod go-w the folder"

  secret again.key "$key_text"
  configure refresh_signer "$(hs256 again.key)"
  refused 78 "config.yaml:3: refresh_signer.settings: key SGpJ9IbqZptzMXrCO3aJ7d9ovd8EN6t98Z3Tc2OPlqI is there twice: give each signer a key of its own"
}

rs256Keys() {
  local at="config.yaml:2: signer.settings.private_key_file:"
  openssl genrsa -out "$scratch/made.pem" 1024 2>/dev/null
  secret small.pem "$(cat "$scratch/made.pem")"
  configure signer "$(rs256 small.pem)"
  refused 78 "$at holds an RSA key of 1024 bits: make one of 2048 bits or more"

  openssl genrsa -out "$scratch/made.pem" 2048 2>/dev/null
  secret public.pem "$(openssl rsa -in "$scratch/made.pem" -pubout 2>/dev/null)"
  configure signer "$(rs256 public.pem)"
  refused 78 "$at holds a public key only, which cannot sign: name the file of the private key"

  secret certificate.pem "$(openssl req -x509 -new -key "$scratch/made.pem" -subj /CN=e2e -days 1)"
  configure signer "$(rs256 certificate.pem)"
  refused 78 "$at holds a certificate, which cannot sign: name the file of its private key"

  secret encrypted.pem \
    "$(openssl pkcs8 -topk8 -in "$scratch/made.pem" -v2 aes-256-cbc -passout pass:e2e)"
  configure signer "$(rs256 encrypted.pem)"
  refused 78 "$at is encrypted: name the file that holds its passphrase in passphrase_file"

  secret ec.pem "$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)"
  configure signer "$(rs256 ec.pem)"
  refused 78 "$at holds a key that is not RSA: RS256 needs an RSA key of 2048 bits or more"
}

sqliteFiles() {
  mkdir "$scratch/folder.db"
  configure store "$(sqlite folder.db)"
  refused 78 "config.yaml:4: store.settings.path: is a folder: name a file in it, such as folder.db/token-service.db"
  configure store "$(sqlite 'file:sessions.db?mode=memory')"
  refused 78 "config.yaml:4: store.settings.path: must be a plain path, not a URI: leave out 'file:' and '?'"
  secret read-only.db ''
  chmod 400 "$scratch/read-only.db"
  configure store "$(sqlite read-only.db)"
  refused 77 "config.yaml:4: store.settings.path: the file is read-only: chmod u+w read-only.db"
}

postgresServer() {
  secret database.password "${database[password]}"
  configure store "$(postgres port 1)"
  expect 69 "config.yaml:4: store.settings: store(store-postgres): cannot connect to database '$database_name' at '${database[host]}:1': connection to server at \"${database[host]}\", port 1 failed: Connection refused" \
    "$binary" check --config "$config"
  : >"$scratch/service.log"
  "$binary" serve --config "$config" 2>"$scratch/service.log" &
  service=$!
  eventually listeningAddress
  local path expected
  for path in live:200 ready:503; do
    expected=${path#*:}
    [ "$(curl -s -o "$scratch/body" -w '%{http_code}' "http://$address/health/${path%:*}")" = \
      "$expected" ] || fail "no $expected without the database from /health/${path%:*}"
  done
  stopService
  ! grep -F -f "$scratch/secrets" "$scratch/service.log" || fail "a secret in the log"

  secret wrong.password wrong-password-of-the-database
  configure store "$(postgres password wrong-password-of-the-database)"
  refused 78 "config.yaml:4: store.settings: store(store-postgres): the server at '${database[host]}:${database[port]}' refused user '${database[user]}' for database '$database_name' (SQLSTATE 28P01): check user, password, the role's LOGIN and CONNECT rights and the server's pg_hba.conf"
}

# A server with less room than our settings allow is one of our own.
smallPostgresServer() {
  local conninfo port password
  conninfo=$("$cluster_script" start "$scratch/cluster")
  port=${conninfo#*port=}
  password=${conninfo##*password=}
  psql -Xq "${conninfo#*=}" -c 'ALTER SYSTEM SET max_connections = 20'
  "$cluster_script" halt "$scratch/cluster"
  "$cluster_script" resume "$scratch/cluster"
  secret cluster.password "$password"
  configure store "$(postgres port "${port%% *}" password "$password" database postgres connections 21)"
  refused 78 "config.yaml:4: store.settings: store(store-postgres): connections is 21, but database 'postgres' at '${database[host]}:${port%% *}' has max_connections 20: lower the one or raise the other"
}

takenPort() {
  configure
  startService "$binary" serve --config "$config"
  configure server "{address: 127.0.0.1, port: ${address##*:}}" store "$(sqlite other.db)"
  expect 69 "127.0.0.1 port ${address##*:} is in use by another program: stop it or choose another port" \
    "$binary" serve --config "$config"
  stopService

  python3 -c 'import socket, time
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    time.sleep(60)' >"$scratch/port" &
  listener=$!
  eventually test -s "$scratch/port"
  local port
  port=$(cat "$scratch/port")
  configure server "{address: 127.0.0.1, port: $port}"
  expect 69 "127.0.0.1 port $port is in use by another program: stop it or choose another port" \
    "$binary" serve --config "$config"
}

# Where every port is for everybody, it is served.
privilegedPort() {
  local mine=$scratch/unprivileged
  configure server '{address: 127.0.0.1, port: 1}'
  mkdir -m 700 "$mine"
  cp "$config" "$scratch/good.key" "$mine"
  [ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$mine"
  if [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 1 ]; then
    expect 77 "127.0.0.1 port 1 may not be used by this user: choose a port above 1023" \
      "${unprivileged[@]}" "$binary" serve --config "$mine/config.yaml"
  else
    startService "${unprivileged[@]}" "$binary" serve --config "$mine/config.yaml"
    stopService
  fi
}

connectionsTo() {
  sql postgres "SELECT count(*) FROM pg_stat_activity WHERE datname = '$database_name'"
}
advisoryLocks() {
  sql postgres "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted = $1 AND
    database = (SELECT oid FROM pg_database WHERE datname = '$database_name')"
}
isLocked() { [ "$(advisoryLocks true)" -eq 1 ]; }
isWaiting() { [ "$(advisoryLocks false)" -eq 1 ]; }
isLeft() { [ "$(connectionsTo)" -eq 0 ]; }

terminationDuringStart() {
  local locker start status=0
  exec {locker}> >(psql -Xq "$TOKEN_SERVICE_TEST_POSTGRES dbname=$database_name" >/dev/null)
  echo 'SELECT pg_advisory_lock(1953459315, 1);' >&"$locker"
  eventually isLocked
  configure store "$(postgres)"
  "$binary" serve --config "$config" {locker}>&- 2>"$scratch/service.log" &
  service=$!
  eventually isWaiting
  start=${EPOCHREALTIME/./}
  kill -TERM $service
  wait $service || status=$?
  service=
  [ $status -eq 0 ] || fail "$status after SIGTERM during the start"
  [ $((${EPOCHREALTIME/./} - start)) -lt 2000000 ] || fail "SIGTERM during the start took too long"
  exec {locker}>&-
  eventually isLeft
  [ "$(sql "$database_name" "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")" -eq 0 ] ||
    fail "SIGTERM during the start left tables behind"
}

sql postgres "CREATE DATABASE $database_name"
secret good.key "${key_text}"
secret service.secret "$service_secret"
commandLine
configurationFile
serviceSecrets
hs256Keys
rs256Keys
sqliteFiles
postgresServer
smallPostgresServer
takenPort
privilegedPort
terminationDuringStart
