# shellcheck shell=bash
# Sourced by the tests with nginx, after support.sh.
# shellcheck disable=SC2154 # support.sh sets `scratch`

nginx=

# startNginx CONFIG starts one in $scratch/nginx, with CONFIG within its http block.
startNginx() {
  local as_nobody=()
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
  include $1;
}
EOF
  if [ "$(id -u)" -eq 0 ]; then
    chown -R nobody: "$scratch/nginx"
    as_nobody=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
  fi
  "${as_nobody[@]}" /usr/sbin/nginx -e "$scratch/nginx/error.log" -p "$scratch/nginx" \
    -c "$scratch/nginx/nginx.conf" &
  nginx=$!
}

endNginx() {
  [ -z "$nginx" ] || kill -TERM "$nginx" 2>/dev/null || true
  [ ! -s "$scratch/nginx/error.log" ] || sed 's/^/nginx: /' "$scratch/nginx/error.log" >&2
}
