#!/bin/bash
# Makes the machine it runs on, with the service installed in /usr/local, the run-time image.
set -euo pipefail
scripts=$(dirname "${BASH_SOURCE[0]}")/..

"$scripts/install.sh" runtime
rm -rf /var/lib/apt/lists/*

groupadd --gid 10001 token-service
useradd --uid 10001 --gid token-service --home-dir /nonexistent --no-create-home \
  --shell /usr/sbin/nologin token-service
install -D -m 755 "$scripts/container/health" /usr/local/libexec/token-service/health
install -D -m 644 /usr/local/share/token-service/config/production.yaml \
  /etc/token-service/config.yaml
