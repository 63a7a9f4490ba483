#!/bin/bash
# install.sh LIST... installs what is missing of the lists in scripts/packages.
# Nothing that it installs is started: no database cluster, no web server.
#
# A line of a list is a package, or a package and the command that it is for: then another
# installation that has the command serves as well.
set -euo pipefail
lists=$(dirname "${BASH_SOURCE[0]}")/packages

isInstalled() {
  if [ -n "$2" ]; then
    command -v "$2" >/dev/null
    return
  fi
  dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed
}

missing=()
for list in "$@"; do
  while read -r package command; do
    isInstalled "$package" "$command" || missing+=("$package")
  done <"$lists/$list.txt"
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null; then
    exec sudo "${BASH_SOURCE[0]}" "$@"
  fi
  echo "these packages are missing, install them as root with apt-get install: ${missing[*]}" >&2
  exit 77
fi

policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod 755 $policy
fi
clusters=/etc/postgresql-common/createcluster.conf
if [[ " ${missing[*]} " == *" postgresql-15 "* && ! -e $clusters ]]; then
  mkdir -p "$(dirname $clusters)"
  echo 'create_main_cluster = false' >$clusters
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=120 \
  -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "${missing[@]}" >/dev/null

if [[ " ${missing[*]} " == *" nginx-light "* ]] && command -v systemctl >/dev/null; then
  systemctl disable --quiet nginx
fi
