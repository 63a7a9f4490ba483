#!/bin/bash
# keys_test.sh BINARY: the commands about keys make what is missing and nothing else, and say of a
# schedule what comes of it.
# shellcheck source=tests/e2e/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

readonly binary=$1
readonly config=$scratch/config.yaml
readonly date='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z'

# configure DATES_OF_THE_SECOND_KEY
configure() {
  cat >"$config" <<END
server: {address: 127.0.0.1, port: 0}
signer:
  plugin: signer-rs256
  settings:
    keys:
    - {private_key_file: first.pem}
    - {private_key_file: second.pem, $1}
refresh_signer: {plugin: signer-hs256, settings: {secret_file: refresh.key}}
store: {plugin: store-sqlite, settings: {path: data/token-service.db}}
service_secrets: [{name: e2e, secret: $service_secret}]
END
}

# run STATUS COMMAND... keeps what it says in files.
run() {
  local expected=$1 status=0
  shift
  "$binary" "$@" --config "$config" >"$scratch/stdout" 2>"$scratch/stderr" || status=$?
  [ "$status" -eq "$expected" ] || fail "$status instead of $expected: $* $(cat "$scratch/stderr")"
}

# says FILE EXTENDED_REGULAR_EXPRESSION
says() {
  grep -Eq "$2" "$scratch/$1" || fail "no '$2' in $1: $(cat "$scratch/$1")"
}

utc() { date -u -d "$1" +%Y-%m-%dT%H:%M:%SZ; }

configure "published_from: $(utc '+1 hour'), active_from: $(utc '+2 hours')"

run 78 keys list
says stderr 'refresh.key: there is no such file|keys\[1\].private_key_file: there is no such file'
[ "$(ls "$scratch")" = "$(printf 'config.yaml\nstderr\nstdout')" ] || fail "keys list made a file"

run 0 keys generate
for file in first.pem second.pem refresh.key; do
  says stdout "^made $scratch/$file\$"
  [ "$(stat -c %a "$scratch/$file")" = 600 ] || fail "the mode of $file"
done
[ "$(grep -Ec '^(signer \(signer-rs256\): [A-Za-z0-9_-]{43} RS256|refresh_signer \(signer-hs256\): [A-Za-z0-9_-]{43} HS256)$' "$scratch/stdout")" -eq 3 ] ||
  fail "keys generate said $(cat "$scratch/stdout")"
[ ! -e "$scratch/data" ] || fail "keys generate made a database"
cp "$scratch/stdout" "$scratch/made"
sum=$(cat "$scratch"/*.pem "$scratch/refresh.key" | sha256sum)
read -r first second < <(awk '/^signer/ {print $3}' "$scratch/made" | xargs)

rm "$scratch/second.pem"
run 0 keys generate
[ "$(grep -c '^made ' "$scratch/stdout")" -eq 1 ] || fail "keys generate said $(cat "$scratch/stdout")"
says stdout " $first RS256\$"
! grep -q " $second " "$scratch/stdout" || fail "the second key came back"
second=$(awk '/^signer/ {kid = $3} END {print kid}' "$scratch/stdout")
run 0 keys generate
! grep '^made ' "$scratch/stdout" || fail "keys generate made a key again"
[ "$(cat "$scratch"/*.pem "$scratch/refresh.key" | sha256sum)" != "$sum" ] || fail "no new second key"

run 0 keys list
says stdout "^signer \(signer-rs256\) at $date\$"
says stdout "^  $first +RS256 +signing +- +-\$"
says stdout "^  $second +RS256 +published: signs from $date +$date +$date\$"
says stdout '^refresh_signer \(signer-hs256\) at '

run 0 keys schedule
says stdout "^  $first signs until $date, verifies until $date\$"
says stdout "^  $second signs from $date until another does, verifies as long as it is there\$"
says stdout "^    published_from: $date\$"
says stdout "^    active_from: $date\$"

# The dates that it names can be used as they are.
dates=$(grep -E '^    (published|active)_from: ' "$scratch/stdout" | head -n 2 | paste -sd, | tr -s ' ')
configure "$dates"
run 0 check
run 0 keys list
says stdout "^  $second +RS256 +published: "

configure "published_from: $(utc '-2 hours'), active_from: $(utc '-1 hour')"
run 0 keys list
says stdout "^  $first +RS256 +over "
says stdout "^  $second +RS256 +signing "

configure "published_from: $(utc '+1 hour'), active_from: $(utc '+61 minutes')"
for command in check 'keys list' 'keys schedule' 'keys generate' serve; do
  # shellcheck disable=SC2086 # two words
  run 78 $command
  says stderr "config.yaml:5: signer.settings: key $second becomes active less than the 300 s after published_from"
done
run 78 keys schedule
says stdout "^  $second signs from $date until another does"

# A signer that would make its key has none to show yet.
configure "published_from: $(utc '+1 hour'), active_from: $(utc '+2 hours')"
sed -i 's/secret_file: refresh.key/secret_file: later.key, create_missing: true/' "$config"
run 0 keys list
says stderr "later.key is not there yet: the key that is made will have another kid"
[ ! -e "$scratch/later.key" ] || fail "keys list made a key"
