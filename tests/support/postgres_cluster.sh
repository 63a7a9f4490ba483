#!/bin/sh
# A throw-away PostgreSQL cluster for tests, on a free loopback port, with password authentication
# and the default durability settings. Touches no other cluster.
#
#   postgres_cluster.sh start DIR   makes and starts it; prints TOKEN_SERVICE_TEST_POSTGRES=...
#   postgres_cluster.sh stop DIR    stops and removes it
#   postgres_cluster.sh halt DIR    stops it the hard way, as if the machine had crashed
#   postgres_cluster.sh resume DIR  starts it again on the same port
#
# A shell takes the setting with: export "$(postgres_cluster.sh start DIR)"
#
# DIR, which the caller owns, remembers where the cluster is. The data are in a folder of their own
# under /tmp, since the unprivileged user that the server needs may have no access to DIR.
set -eu

fail() {
  echo "postgres_cluster.sh: $*" >&2
  exit 1
}

find_binaries() {
  for folder in "${TOKEN_SERVICE_POSTGRES_BIN:-}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
      /usr/local/pgsql/bin; do
    [ -x "$folder/initdb" ] && found=$folder
  done
  [ -n "${found:-}" ] || found=$(dirname "$(command -v initdb || true)")
  [ -x "$found/initdb" ] ||
    fail "initdb not found: install PostgreSQL's server (Debian: apt-get install postgresql)"
  echo "$found"
}

# PostgreSQL refuses to run as root.
unprivileged() {
  if [ "$(id -u)" -ne 0 ]; then
    (cd "$data" && "$@")
  else
    (cd "$data" && setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups \
      env HOME="$data" "$@")
  fi
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start() {
  folder=$1
  [ ! -e "$folder/data_folder" ] || fail "$folder already has a cluster: stop it first"
  mkdir -p "$folder"
  bin=$(find_binaries)
  user=postgres
  id "$user" >/dev/null 2>&1 || user=nobody
  data=$(mktemp -d /tmp/token-service-postgres.XXXXXX)
  echo "$data" > "$folder/data_folder"
  echo "$bin" > "$folder/bin_folder"
  echo "$user" > "$folder/user"
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  (umask 077 && echo "$password" > "$data/password")
  [ "$(id -u)" -ne 0 ] || chown -R "$user" "$data"
  unprivileged "$bin/initdb" -D "$data/cluster" -U tester -A scram-sha-256 \
    --pwfile="$data/password" -E UTF8 --locale=C.UTF-8 >"$folder/initdb.log" 2>&1 || {
    cat "$folder/initdb.log" >&2
    stop "$folder"
    fail "initdb failed"
  }

  # Another process may take the port between the look and the use.
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    if launch "$folder" "$port"; then
      echo "$port" > "$folder/port"
      echo "TOKEN_SERVICE_TEST_POSTGRES=host=127.0.0.1 port=$port dbname=postgres" \
        "user=tester password=$password"
      return
    fi
  done
  cat "$data/log" >&2 || true
  stop "$folder"
  fail "the server did not start"
}

launch() {
  unprivileged "$bin/pg_ctl" -D "$data/cluster" -w -t 30 -l "$data/log" \
    -o "-p $2 -c listen_addresses=127.0.0.1 -c unix_socket_directories=''" \
    start >"$1/start.log" 2>&1
}

recall() {
  [ -e "$1/data_folder" ] || fail "$1 has no cluster"
  data=$(cat "$1/data_folder")
  bin=$(cat "$1/bin_folder")
  user=$(cat "$1/user")
  case $data in
    /tmp/token-service-postgres.*) ;;
    *) fail "$1/data_folder names a folder that is not ours" ;;
  esac
}

halt() {
  if [ -e "$data/cluster/postmaster.pid" ]; then
    unprivileged "$bin/pg_ctl" -D "$data/cluster" -w -t 30 -m immediate stop >/dev/null
  fi
}

stop() {
  recall "$1"
  halt
  rm -rf "$data"
  rm -f "$1/data_folder" "$1/bin_folder" "$1/user" "$1/port" "$1/initdb.log" "$1/start.log"
}

[ $# -eq 2 ] || fail "usage: postgres_cluster.sh start|stop|halt|resume DIR"
case $1 in
  start) start "$2" ;;
  stop) stop "$2" ;;
  halt) recall "$2" && halt ;;
  resume) recall "$2" && launch "$2" "$(cat "$2/port")" ;;
  *) fail "usage: postgres_cluster.sh start|stop|halt|resume DIR" ;;
esac
