#!/bin/sh
# A throw-away PostgreSQL cluster for tests, on a free loopback port, with password authentication
# and the default durability settings. Touches no other cluster.
#
#   postgres_cluster.sh start DIR   makes and starts it; prints TOKEN_SERVICE_TEST_POSTGRES=...
#   postgres_cluster.sh stop DIR    stops and removes it
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
    --pwfile="$data/password" -E UTF8 --locale=C.UTF-8 >"$folder/initdb.log" 2>&1 ||
    fail "initdb failed, see $folder/initdb.log"

  # Another process may take the port between the look and the use.
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    if unprivileged "$bin/pg_ctl" -D "$data/cluster" -w -t 30 -l "$data/log" \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=''" \
        start >"$folder/start.log" 2>&1; then
      echo "TOKEN_SERVICE_TEST_POSTGRES=host=127.0.0.1 port=$port dbname=postgres" \
        "user=tester password=$password"
      return
    fi
  done
  cat "$data/log" >&2 2>/dev/null || true
  stop "$folder"
  fail "the server did not start"
}

stop() {
  folder=$1
  [ -e "$folder/data_folder" ] || fail "$folder has no cluster"
  data=$(cat "$folder/data_folder")
  bin=$(cat "$folder/bin_folder")
  user=$(cat "$folder/user")
  case $data in
    /tmp/token-service-postgres.*) ;;
    *) fail "$folder/data_folder names a folder that is not ours" ;;
  esac
  if [ -e "$data/cluster/postmaster.pid" ]; then
    unprivileged "$bin/pg_ctl" -D "$data/cluster" -w -t 30 -m immediate stop >/dev/null
  fi
  rm -rf "$data"
  rm -f "$folder/data_folder" "$folder/bin_folder" "$folder/user" "$folder/initdb.log" \
    "$folder/start.log"
}

[ $# -eq 2 ] || fail "usage: postgres_cluster.sh start|stop DIR"
case $1 in
  start) start "$2" ;;
  stop) stop "$2" ;;
  *) fail "usage: postgres_cluster.sh start|stop DIR" ;;
esac
