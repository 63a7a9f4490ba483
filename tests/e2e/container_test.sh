#!/bin/bash
# container_test.sh BUILD_DIR
# Runs the commands of the Dockerfile's stages in chroots of Debian 12, then the service as the
# image would, with config/production.yaml on the test cluster's PostgreSQL.
#
# The service comes from BUILD_DIR; with TOKEN_SERVICE_CONTAINER_BUILD=1 the build stage makes it.
if [ "$(id -u)" -ne 0 ]; then
  exec sudo -n --preserve-env=TOKEN_SERVICE_TEST_POSTGRES,TOKEN_SERVICE_CONTAINER_BUILD \
    "${BASH_SOURCE[0]}" "$@"
fi
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"
build_dir=$1
cache=$build_dir/debian

# The value of an instruction of the Dockerfile's last stage, one array element a line.
instruction() {
  python3 - "$1" "$source_dir/Dockerfile" <<'EOF'
import json, re, sys
value = re.findall(rf"^{sys.argv[1]} .*?(\[.*\]|\S+)$", open(sys.argv[2]).read(), re.MULTILINE)[-1]
print(*(json.loads(value) if value.startswith("[") else [value]), sep="\n")
EOF
}

# Debian's archives are kept between runs.
newRoot() {
  if [ ! -e "$cache/base.tar" ]; then
    mkdir -p "$cache/archives"
    debootstrap --variant=minbase --cache-dir="$cache/archives" bookworm "$scratch/base" \
      http://deb.debian.org/debian >"$scratch/debootstrap.log" ||
      fail "debootstrap: $(tail -n 5 "$scratch/debootstrap.log")"
    tar -C "$scratch/base" -cf "$cache/base.tar.new" .
    mv "$cache/base.tar.new" "$cache/base.tar"
    rm -rf --one-file-system "$scratch/base"
  fi
  mkdir "$1"
  tar -C "$1" -xf "$cache/base.tar"
}

# inRoot ROOT [CHROOT_OPTION...] COMMAND... becomes the command; its mounts end with it.
inRoot() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  exec unshare --mount bash -euc '
    root=$1 archives=$2
    shift 2
    mount -t proc proc "$root/proc"
    mount --bind "$archives" "$root/var/cache/apt/archives"
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/ \
      chroot "$@"' bash "$1" "$cache/archives" "${@:2}"
}

if [ "${TOKEN_SERVICE_CONTAINER_BUILD:-0}" = 1 ]; then
  newRoot "$scratch/build"
  mkdir "$scratch/build/src"
  tar -C "$source_dir" --exclude=./build --exclude=./.git -c . | tar -C "$scratch/build/src" -x
  (inRoot "$scratch/build" "$scratch/build" /src/scripts/container/build.sh /opt/token-service)
  prefix=$scratch/build/opt/token-service
else
  prefix=$scratch/prefix
  cmake --install "$build_dir" --prefix "$prefix" --component service --strip >/dev/null
fi

root=$scratch/run
newRoot "$root"
cp -R --no-preserve=ownership "$prefix/." "$root/usr/local"
cp -R --no-preserve=ownership "$source_dir/scripts" "$root/scripts"
(inRoot "$root" "$root" /scripts/container/runtime.sh)
rm -r "$root/scripts"

user=$(instruction USER)
plugins=/usr/local/lib/token-service/plugins
for plugin in signer-hs256 signer-rs256 store-sqlite store-postgres; do
  [ -e "$root$plugins/$plugin.so" ] || fail "$plugin is not installed"
done
loose=$(find "$root/usr/local" "$root/etc/token-service" ! -type l \( ! -user root -o -perm /022 \))
[ -z "$loose" ] || fail "not root's alone: $loose"
for path in "$plugins" "$plugins/store-postgres.so" /etc/token-service/config.yaml; do
  ! (inRoot "$root" --userspec="$user" "$root" test -w "$path") || fail "$path is writable"
done

sql() {
  psql -qX -v ON_ERROR_STOP=1 -d "$TOKEN_SERVICE_TEST_POSTGRES" -c "$1"
}
connection() {
  sed -n "s/.*\b$1=\([^ ]*\).*/\1/p" <<<"$TOKEN_SERVICE_TEST_POSTGRES"
}
sql 'DROP DATABASE IF EXISTS token_service WITH (FORCE)' 2>/dev/null
sql 'CREATE DATABASE token_service'

"$source_dir/scripts/container/keys.sh" "$root/run/secrets/token-service"
port=$(freePort)
sed -i -e "s/port: 8000/port: $port/" -e "s/port: 5432/port: $(connection port)/" \
  "$root/etc/token-service/config.yaml"

mapfile -t command < <(instruction ENTRYPOINT && instruction CMD)
mapfile -t health < <(instruction HEALTHCHECK)
startService inRoot "$root" --userspec="$user" "$root" env \
  TOKEN_SERVICE_DB_HOST="$(connection host)" TOKEN_SERVICE_DB_USER="$(connection user)" \
  TOKEN_SERVICE_DB_PASSWORD="$(connection password)" TOKEN_SERVICE_DB_SSLMODE=disable \
  SERVICE_SECRET="$service_secret" \
  "${command[@]}"

[ "$(ps -o uid=,gid= -p "$service" | xargs)" = "${user/:/ }" ] || fail "it does not run as $user"
(inRoot "$root" --userspec="$user" "$root" "${health[@]}" "$port") || fail "not healthy"
checkTokens "http://127.0.0.1:$port"
stopService
! (inRoot "$root" --userspec="$user" "$root" "${health[@]}" "$port" 2>/dev/null) ||
  fail "healthy without a service"
sql 'DROP DATABASE token_service'
