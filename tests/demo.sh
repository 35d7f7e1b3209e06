#!/bin/sh
# One message three times: deferred, passed after the delay, and a whitelisted client that never waits.
set -eu

build=${1:-build}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

ask() { # client address, client name
    printf '%s\n' request=smtpd_access_policy protocol_state=RCPT "client_address=$1" "client_name=$2" \
        "helo_name=$2" sender=alice@example.net recipient=bob@example.org '' |
        "$build/greyonce" --config /dev/null --log none --state "$folder/state" --rules "$folder/rules.cdb" --delay 2s
}

echo '$ cat whitelist_clients'
tee "$folder/whitelist_clients" <<'WHITELIST'
# whoever is named here never waits
friend.example.com
198.51.100.0/24
WHITELIST
echo "\$ greyrules compile -o rules.cdb --whitelist-clients whitelist_clients"
"$build/greyrules" compile -o "$folder/rules.cdb" --whitelist-clients "$folder/whitelist_clients"

echo
echo 'A first attempt by mail.example.net [192.0.2.1] is deferred:'
ask 192.0.2.1 mail.example.net
echo 'The same attempt after the delay (here 2 seconds) passes, and the message gets a header:'
sleep 3
ask 192.0.2.1 mail.example.net
echo 'A whitelisted client never waits:'
ask 203.0.113.7 mx.friend.example.com
