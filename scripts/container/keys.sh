#!/bin/bash
# keys.sh DIR makes the key files that config/production.yaml names, for the container's user.
# Keys that are there already stay as they are.
set -euo pipefail
mkdir -p "$1"
chmod 700 "$1"
cd "$1"
umask 077

[ -e access.pem ] || openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out access.pem
[ -e refresh.key ] || openssl rand -base64 48 >refresh.key
chown 10001:10001 . access.pem refresh.key
