#!/bin/sh
# Debian's package, by the commands of the README and of its pages: package.sh [booted]
#
# As root, in a checkout, on a Debian that may be changed and has no mail server yet. The package and one of an earlier version are
# made where build has none. It is installed, switched on in Exim and in Postfix in each way, upgraded,
# switched off and purged. Mail is asked about for real. What was switched off leaves every file as it was. With `booted` the same is
# done where systemd runs, after a first time without; nothing is fetched then.
# shellcheck disable=SC2317 # called by `holds`
set -eu

work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
passed=0
[ -d build/before ] || make -s packages >"$work/made" 2>&1 || { tail -n 20 "$work/made"; exit 1; }
package=$(echo "$PWD"/build/greyonce_*.deb)
before=$(echo "$PWD"/build/before/greyonce_*.deb)
configuration=/etc/greyonce/greyonce.conf

apt() { apt-get -qy "$@" >"$work/apt" 2>&1 || { tail -n 20 "$work/apt"; exit 1; }; }
holds() { # TITLE COMMAND...
    title=$1
    shift
    "$@" >"$work/said" 2>&1 || { cat "$work/said"; echo "FAILED: $title"; echo "$passed passed, 1 failed"; exit 1; }
    passed=$((passed + 1))
}
fails() { ! "$@"; }
prints() { # PATTERN COMMAND...
    pattern=$1
    shift
    "$@" >"$work/it" 2>&1 || { cat "$work/it"; return 1; }
    cat "$work/it"
    grep -q -- "$pattern" "$work/it"
}
stops() { # PATTERN COMMAND...
    pattern=$1
    shift
    fails "$@" >"$work/it" 2>&1
    cat "$work/it"
    grep -q -- "$pattern" "$work/it"
}

# All but what running servers, apt and dpkg write for themselves; the user stays, as the page says.
whole() {
    find /etc /usr /var /run -xdev \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/lib/systemd -o -path /var/cache -o \
        -path /var/log -o -path /var/spool/exim4 -o -path /var/lib/exim4 -o -path /var/spool/postfix -o -path /var/lib/postfix -o \
        -path /run -o -path '/var/tmp/systemd-private-*' -o -path '/etc/*shadow*' -o -path '/etc/passwd*' -o -path '/etc/group*' -o -path '/etc/sub?id*' -o \
        -path '/var/lib/greyonce/*' -o -path '/etc/greyonce/[grw]*' -o -path /var/lib/postgrey -o -path /var/lib/greylistd \) -prune -o -printf '%y %m %u %g %p %l\n' | sort -k 5
    find /etc /var/spool/exim4/greyonce /var/spool/postfix/greyonce /run/greyonce -type f ! -path '/etc/*shadow*' ! -path '/etc/passwd*' \
        ! -path '/etc/group*' ! -path '/etc/sub?id*' ! -path "/etc/greyonce/*" -exec sha256sum {} + 2>/dev/null | sort -k 2
}
note() { whole >"$work/$1"; }
is_as() { whole >"$work/now" && diff "$work/$1" "$work/now"; }

# Commands of a page, in their order, with another mail server's name where it is not Exim.
commands() { # FILE NUMBER SERVER
    awk -v wanted="$2" '/^```sh/ { n++; inside = 1; next } /^```/ { inside = 0 } inside && (!wanted || n == wanted)' "$1" |
        sed "s/exim4 \(add\|remove\|status\)/$3 \1/; s/^make deb$/:/"
}
does() { sh -e -c "$(commands "$@")"; }

delay() { # SECONDS
    touch $configuration
    sed -i '/^delay = /d' $configuration
    echo "delay = $1" >>$configuration
}

# --- a mail from outside ---

by_exim() { # SENDER: SMTP on standard input and output
    printf '%s\r\n' 'EHLO mail.example.net' "MAIL FROM:<$1>" 'RCPT TO:<bob@example.org>' QUIT | exim4 -odq -oMa 192.0.2.1 -bs
}

by_postfix() { # SENDER
    python3 - "$1" <<'PYTHON'
import smtplib, sys
with smtplib.SMTP("127.0.0.1", 25, "mail.example.net") as smtp:
    smtp.ehlo()
    smtp.docmd("XCLIENT", "ADDR=192.0.2.1 NAME=mail.example.net")
    smtp.ehlo()
    smtp.mail(sys.argv[1])
    code, text = smtp.rcpt("bob@example.org")
    print(code, text.decode())
PYTHON
}

server=exim4
is_told() { # SENDER ANSWER TO THE RECIPIENT
    "by_${server%4}" "$1" >"$work/smtp"
    cat "$work/smtp"
    grep -q "^$2" "$work/smtp"
}
is_accepted() {
    case $server in
    exim4) is_told "$1" '250 Accepted' ;;
    *) is_told "$1" 250 ;;
    esac
}
waits() { is_told "$1" '450 4.*Greylisted, please try again later'; }

exim_for_example_org() {
    sed -i -e "s/^\(dc_eximconfig_configtype\)=.*/\1='internet'/" -e "s/^\(dc_other_hostnames\)=.*/\1='example.org'/" \
        /etc/exim4/update-exim4.conf.conf
    grep -q '^bob:' /etc/aliases || echo 'bob: :blackhole:' >>/etc/aliases
    echo 'disable_ipv6 = true' >/etc/exim4/conf.d/main/000_localmacros
    update-exim4.conf
}

# --- where systemd runs ---

handed_over_by_systemd() {
    note booted
    holds "a mail passes before ($server)" is_accepted a@example.net
    holds "the README's way in" does README.md 1 "$server"
    holds "by systemd" prints 'by systemd' greyonce-setup $server status
    holds "a new mail waits" waits alice@example.net
    holds "the filter is a service" systemctl is-active greyonce.service
    holds "its log is the journal's" prints 'greyonce.*action=greylist.*alice@example.net' journalctl -t greyonce
    holds "it is remembered as waiting" prints 'pending.*alice@example.net bob@example.org' greystate list
    delay 1
    [ $server = exim4 ] || postfix reload >/dev/null 2>&1
    sleep 2
    holds "its retry passes" is_accepted alice@example.net
    holds "its user and its folder are those that systemd would make" sh -c \
        'systemd-sysusers greyonce.conf && systemd-tmpfiles --create greyonce.conf && test -d /run/greyonce'
    holds "the units are well-formed as they are now" sh -c \
        'systemd-analyze verify --man=no greyonce.socket greyonce.service 2>&1 | grep greyonce; test $? = 1'
    holds "switched on once more" greyonce-setup $server add
    holds "with nothing left for later" fails sh -c 'systemctl list-jobs --no-legend | grep -E "(exim4|postfix)[.]service"'
    holds "known mail passes still" is_accepted alice@example.net
    rm $configuration
    holds "the upgrade" dpkg -i "$package"
    holds "a new mail waits after it" waits b@example.net
    holds "the README's way out" does README.md 3 "$server"
    holds "every file is as it was" is_as booted
    holds "a mail passes again" is_accepted c@example.net
    holds "nothing of it is left with systemd" fails sh -c 'systemctl list-units --all --no-legend | grep greyonce'
}

if [ "${1:-}" = booted ]; then
    holds "systemd runs" test -d /run/systemd/system
    systemctl stop openbsd-inetd postgrey 2>/dev/null || true
    dpkg -P greyonce >"$work/purged" 2>&1
    server=postfix
    postconf -e smtpd_recipient_restrictions=
    systemctl restart postfix
    handed_over_by_systemd
    server=exim4
    apt purge postfix
    apt install --no-install-recommends exim4-daemon-light
    exim_for_example_org
    handed_over_by_systemd
    echo "$passed passed, 0 failed"
    exit 0
fi

apt update
apt install --no-install-recommends python3 systemd adduser
echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/yes
note bare
holds "it installs without a mail server" dpkg -i "$package"
holds "it has a user" getent passwd greyonce
holds "its programs tell their version" prints '^with .*glibc' greyonce --version
holds "the units are well-formed" sh -c \
    'systemd-analyze verify --man=no greyonce.socket greyonce.service 2>&1 | grep greyonce; test $? = 1'
holds "the service is confined" systemd-analyze security --offline=true --threshold=15 greyonce.service
holds "it is purged" dpkg -P greyonce
holds "nothing is left" is_as bare

# --- Exim ---

apt install --no-install-recommends exim4-daemon-light openbsd-inetd
exim_for_example_org
form() { # SPLIT
    sed -i "s/^\(dc_use_split_config\)=.*/\1='$1'/" /etc/exim4/update-exim4.conf.conf
    update-exim4.conf
}

for split in false true; do
    form $split
    note exim
    holds "a mail passes before" is_accepted "a$split@example.net"
    holds "the README's way in (split: $split)" does README.md 1 exim4
    holds "by inetd" prints 'by inetd' greyonce-setup exim4 status
    holds "a new mail waits" waits alice@example.net
    holds "the README's look shows it waiting" prints 'pending.*alice@example.net bob@example.org' does README.md 2 exim4
    holds "and in the log" prints 'rejected RCPT.*Greylisted' does README.md 2 exim4
    delay 1
    sleep 1
    holds "its retry passes" is_accepted alice@example.net
    holds "it has passed" prints 'passed.*alice@example.net bob@example.org' greystate list
    delay 300
    holds "the state is the filter's" prints '^greyonce 600$' stat -c '%U %a' /var/lib/greyonce/greylist.state
    holds "the commands about waiting" does /usr/share/doc/greyonce/tasks/waiting.md 0 exim4
    holds "those about letting through" prints '^verdict: pass$' does /usr/share/doc/greyonce/tasks/let-through.md 0 exim4
    holds "those about trouble" does /usr/share/doc/greyonce/tasks/trouble.md 0 exim4
    holds "learning from the log" does /usr/share/doc/greyonce/tasks/moving.md 4 exim4
    holds "forgetting whom they let through" greystate forget --client 192.0.2.1
    holds "a new mail waits after them" waits "b$split@example.net"
    holds "switched on once more" greyonce-setup exim4 add
    holds "a new mail waits still" waits "c$split@example.net"
    holds "the README's way out" does README.md 3 exim4
    holds "every file is as it was" is_as exim
    holds "a mail passes again" is_accepted "d$split@example.net"

    holds "the version before" dpkg -i "$before"
    holds "it is switched on, by run" greyonce-setup exim4 add --run
    holds "a new mail waits" waits "e$split@example.net"
    echo '# an older one' >>/etc/exim4/greyonce/greyonce
    echo '# mine' >>/etc/greyonce/whitelist_clients
    holds "the upgrade" dpkg -i "$package"
    holds "brings its part of Exim" fails grep -q 'an older one' /etc/exim4/greyonce/greyonce
    holds "keeps what was written" grep -q '^# mine$' /etc/greyonce/whitelist_clients
    holds "keeps what is remembered" prints "e$split@example.net" greystate list
    holds "and makes wait" waits "f$split@example.net"
    holds "from run to the socket" greyonce-setup exim4 add
    holds "a new mail waits" waits "g$split@example.net"
    holds "and back" greyonce-setup exim4 add --run --dry-run-first
    holds "where nobody waits at first" is_accepted "h$split@example.net"
    holds "it is removed while it is on" dpkg -r greyonce
    holds "a mail passes without it" is_accepted "i$split@example.net"
    holds "what it remembers stays" test -s /var/lib/greyonce/greylist.state
    holds "it is purged" dpkg -P greyonce
    holds "every file is as it was" is_as exim
done

holds "it installs" dpkg -i "$package"
note exim
echo 'nonsense' >/etc/exim4/conf.d/acl/99_nonsense
holds "what Exim does not take" stops 'everything is as it was' greyonce-setup exim4 add
rm /etc/exim4/conf.d/acl/99_nonsense
update-exim4.conf
holds "is taken back" is_as exim
cat >/etc/exim4/conf.d/acl/99_postgrey <<'ACL'
  warn set acl_m1 = ${readsocket{inet:127.0.0.1:10023}{}}
ACL
holds "beside an ACL that asks postgrey it does not go on" stops 'postgrey is asked by an ACL' greyonce-setup exim4 add
rm /etc/exim4/conf.d/acl/99_postgrey
touch /etc/exim4/exim4.conf
holds "of a configuration that is not Debian's it says what to paste" stops 'require acl = greyonce_rcpt' greyonce-setup exim4 add
rm /etc/exim4/exim4.conf
holds "and nothing is changed" is_as exim

apt install --no-install-recommends greylistd
sed -i 's/^retryMin.*/retryMin = 1/; s/^savetriplets.*/savetriplets = true/' /etc/greylistd/config
usermod -a -G greylist Debian-exim
service greylistd start >/dev/null 2>&1
greylistd-setup-exim4 add -quiet -no-reload
update-exim4.conf
note greylistd
holds "greylistd makes wait" is_told old@example.net 451
sleep 2
holds "and lets pass" is_accepted old@example.net
holds "beside greylistd it does not go on" stops '--replace' greyonce-setup exim4 add
holds "and changes nothing" is_as greylistd
holds "in its place it does" greyonce-setup exim4 add --replace
holds "greylistd is asked no more" fails grep -rq 'readsocket{/var/run/greylistd' /etc/exim4
holds "a new mail waits" waits new@example.net
holds "whom greylistd knew does not" is_accepted old@example.net
holds "who owns the records" does /usr/share/doc/greyonce/tasks/moving.md 1 exim4
holds "greylistd's page" does /usr/share/doc/greyonce/tasks/moving.md 3 exim4
holds "switched off" prints 'greylistd, as before' greyonce-setup exim4 remove
holds "greylistd has its place again" is_as greylistd
holds "and makes wait" is_told newer@example.net 451
greylistd-setup-exim4 remove -quiet -no-reload
service greylistd stop >/dev/null 2>&1
apt purge greylistd

apt purge openbsd-inetd
holds "no socket without who hands it over" stops 'openbsd-inetd' greyonce-setup exim4 add --socket
holds "so it is run" prints 'asked by run' greyonce-setup exim4 add
holds "a new mail waits" waits j@example.net
holds "switched off" greyonce-setup exim4 remove
holds "purged" dpkg -P greyonce

# --- Postfix ---

server=postfix
apt purge exim4-daemon-light exim4-base exim4-config
apt install --no-install-recommends postfix openbsd-inetd postgrey
postconf -e 'mydestination=example.org' 'smtpd_authorized_xclient_hosts=127.0.0.1' 'inet_interfaces=127.0.0.1' \
    'local_recipient_maps=' 'maillog_file=/var/log/postfix.log' 'smtpd_delay_reject=yes'
echo 'postlog unix-dgram n - n - 1 postlogd' >>/etc/postfix/master.cf
postfix start >/dev/null 2>&1
note postfix
holds "a mail passes before" is_accepted a@example.net
holds "the README's way in" does README.md 1 postfix
holds "by inetd" prints 'by inetd' greyonce-setup postfix status
holds "a new mail waits" waits alice@example.net
holds "it is remembered as waiting" prints 'pending.*alice@example.net bob@example.org' greystate list
delay 1
postfix reload >/dev/null 2>&1
sleep 2
holds "its retry passes" is_accepted alice@example.net
delay 300
postfix reload >/dev/null 2>&1
sleep 1
holds "switched on once more" greyonce-setup postfix add
holds "a new mail waits still" waits b@example.net
holds "the README's way out" does README.md 3 postfix
holds "every file is as it was" is_as postfix
holds "a mail passes again" is_accepted c@example.net

holds "the version before" dpkg -i "$before"
holds "it is switched on, by spawn" prints 'spawn user=greyonce' greyonce-setup postfix add --run
holds "a new mail waits" waits d@example.net
holds "the upgrade" dpkg -i "$package"
holds "a new mail waits after it" waits e@example.net
postconf -e 'smtpd_banner=mine'
holds "it is removed while it is on and the file was changed" dpkg -r greyonce
holds "a mail passes without it" is_accepted f@example.net
postconf -X smtpd_banner
holds "nobody asks for it" fails grep -r greyonce /etc/postfix
holds "purged" dpkg -P greyonce

service postgrey start >/dev/null 2>&1
sleep 1
dpkg -i "$package" >/dev/null 2>&1
holds "records of postgrey are told of" prints 'postgrey.db could be moved in' greyonce-setup postfix add --dry-run-first
holds "nobody waits at first" is_accepted g@example.net
holds "switched off" greyonce-setup postfix remove
dpkg -P greyonce >/dev/null 2>&1
postconf -e 'smtpd_recipient_restrictions=permit_mynetworks, reject_unauth_destination, check_policy_service inet:127.0.0.1:10023'
postfix reload >/dev/null 2>&1
sleep 1
sed -i 's/^POSTGREY_OPTS=.*/POSTGREY_OPTS="--inet=10023 --delay=1"/' /etc/default/postgrey
service postgrey restart >/dev/null 2>&1
note postgrey
holds "postgrey makes wait" is_told old@example.net 450
sleep 2
holds "and lets pass" is_accepted old@example.net
holds "it installs" dpkg -i "$package"
apt purge db-util # other tests want it
note postgrey
holds "beside postgrey it does not go on" stops '--replace' greyonce-setup postfix add
holds "nor without a way to move its records" stops 'db-util' greyonce-setup postfix add --replace
holds "and changes nothing" is_as postgrey
apt install db-util
note postgrey
delay 1 # as postgrey's
holds "in its place it does" greyonce-setup postfix add --replace
holds "postgrey is asked no more" fails grep -q 10023 /etc/postfix/main.cf
holds "a new mail waits" waits new@example.net
holds "whom postgrey knew does not" is_accepted old@example.net
holds "postgrey's page" does /usr/share/doc/greyonce/tasks/moving.md 2 postfix
holds "switched off" prints 'postgrey, as before' greyonce-setup postfix remove
holds "postgrey has its place again" is_as postgrey
holds "and makes wait" is_told newer@example.net 450
service postgrey stop >/dev/null 2>&1
postfix stop >/dev/null 2>&1
echo "$passed passed, 0 failed"
