"""Debian's policy servers, each as its package has it: how it is started here, and what it answers to whom.

Every function takes an EximCase and returns what stands behind --ask.
"""

import shutil
import socket

from greylist.postgrey import Postgrey
from harness import LOOPBACK, PEERS, block, connected, free_port, is_listening, request

TXT, MX = 16, 15
PYTHON = {"PYTHONPATH": f"{PEERS}/usr/lib/python3/dist-packages"}

# SPF says of 192.0.2.1 that it may send for the one and not for the other.
HONEST, FORGED = "alice@honest.example.net", "alice@forged.example.net"


def name_some_more(name_server):
    def record(name, kind, data):
        name_server.answers.setdefault((name, kind), []).append(data)
        name_server.names.add(name)

    def text(value):
        return bytes([len(value)]) + value.encode()

    record("honest.example.net", TXT, text("v=spf1 ip4:192.0.2.1 -all"))
    record("forged.example.net", TXT, text("v=spf1 -all"))
    record("mail.example.net", TXT, text("v=spf1 a -all"))
    record("honest.example.net", 1, socket.inet_aton("192.0.2.1"))


def listening(case, command, log, address, **popen):
    server = case.start(case.name_server.seen_by(command, case.folder), log, **popen)
    server.wait_for(lambda: is_listening(address), log)


def by_inetd(case, service, address, *command):
    """One process for each connection, as root, as others may not read where it lies; the second word of `command` is its
    own name."""
    configuration = case.folder / "policy.inetd.conf"
    configuration.write_text(" ".join(map(str, (service, "nowait.60000", "root", *command))) + "\n")
    listening(case, [PEERS / "usr/sbin/inetd", "-i", configuration], "policy.inetd.log", address)


def postgrey(case):
    """Without --exim: it keeps the connection open."""
    host, port = Postgrey(case, case.folder, "--delay=2").connection.getpeername()
    return f"inet:{host}:{port}"


def policyd_weight(case):
    """On TCP."""
    name_some_more(case.name_server)
    port = free_port()
    home = case.folder / "policyd-weight"
    home.mkdir()
    shutil.chown(home, "nobody", "nogroup")
    configuration = case.folder / "policyd-weight.conf"
    configuration.write_text(f"""
        $TCP_PORT = {port}; $BIND_ADDRESS = '{LOOPBACK}'; $USER = 'nobody'; $GROUP = 'nogroup';
        $LOCKPATH = '{home}/'; $SPATH = $LOCKPATH . 'polw.sock'; $PIDFILE = '{home}/pid';
        @dnsbl_score = (); @rhsbl_score = (); $syslog_socktype = 'udp';
        1;
    """)
    case.addCleanup(end_cache, home / "polw.sock")
    listening(case, [PEERS / "usr/sbin/policyd-weight", "-f", configuration, "-D", "start"], "policyd-weight.log",
              (LOOPBACK, port))
    with connected((LOOPBACK, port)) as connection:  # the first answer takes seconds: it starts its cache
        connection.sendall(block(request(sender="first@example.net")))
        connection.recv(1000)
    return f"inet:{LOOPBACK}:{port}"


def end_cache(path):
    """policyd-weight's cache has a session of its own, and outlives it. That is gone already: it would start another."""
    try:
        with connected(path) as connection:
            connection.sendall(b"kill\n")
            connection.recv(1000)
    except FileNotFoundError:
        pass  # it was not asked so far


def policyd_spf(case):
    """Started for each connection, on a unix socket."""
    name_some_more(case.name_server)
    path = case.folder / "policyd-spf.sock"
    configuration = PEERS / "etc/postfix-policyd-spf-python/policyd-spf.conf"
    by_inetd(case, f"{path}\tstream\tunix", path, "/usr/bin/env", "env", f"PYTHONPATH={PYTHON['PYTHONPATH']}",
             "/usr/bin/python3", PEERS / "usr/bin/policyd-spf", configuration)
    return f"unix:{path}"


def policyd_rate_limit(case):
    """One mail a day from an address."""
    home = case.folder / "rate-limit"
    (home / "private").mkdir(parents=True)  # nobody else may enter where its database is
    home.chmod(0o777)
    configuration = case.folder / "policyd-rate-limit.yaml"
    configuration.write_text(f"""
user: nobody
group: nogroup
pidfile: {home}/pid
backend: 0
sqlite_config: {{database: {home}/private/db.sqlite3}}
SOCKET: {home}/policy
socket_permission: 0666
limits: [[1, 86400]]
limit_by_sasl: false
limit_by_ip: true
limited_networks: ["0.0.0.0/0"]
sql_limits_by_id: ""
success_action: dunno
fail_action: defer_if_permit Rate limit reach, retry later
""")
    listening(case, ["/usr/bin/python3", PEERS / "usr/bin/policyd-rate-limit", "--file", configuration], "rate-limit.log",
              home / "policy", env=PYTHON)
    return f"unix:{home}/policy"


def postfwd(case):
    """Started for each connection, on TCP; its host by name. What Perl warns of would go into the connection."""
    port = free_port()
    rules = case.folder / "postfwd.cf"
    rules.write_text("id=forged; sender_domain==forged.example.net; action=REJECT postfwd: not you\n")
    program = case.folder / "postfwd1"
    program.write_text(f"#!/bin/sh\nexec {PEERS}/usr/sbin/postfwd1 -f {rules} --nodns --norulelog 2> /dev/null\n")
    program.chmod(0o755)
    by_inetd(case, f"{LOOPBACK}:{port}\tstream\ttcp4", (LOOPBACK, port), program, "postfwd1")
    return f"inet:localhost:{port}"


# For each server: messages in order, each with its sender and what becomes of it: the action, and the reply of an SMTP
# server that heeds it, or the header.
SERVERS = {
    postgrey: (
        (HONEST, r"DEFER_IF_PERMIT Greylisted, see http\S+", (450, r"^4\.7\.1 Greylisted, see http\S+$")),
        (HONEST, r"PREPEND X-Greylist: delayed \d+ seconds by postgrey-.*", r"\nX-Greylist: delayed \d+ seconds by postgrey-")),
    policyd_weight: (
        (HONEST, "PREPEND X-policyd-weight: .*rate: -.*", r"\nX-policyd-weight: "),),
    policyd_spf: (
        (FORGED, r"550 5\.7\.23 Message rejected due to: SPF fail .*", (550, r"^5\.7\.23 Message rejected due to: SPF fail")),
        (HONEST, r"PREPEND Received-SPF: Pass .*", r"\nReceived-SPF: Pass ")),
    policyd_rate_limit: (
        (HONEST, "DUNNO", "Subject: test"),
        (HONEST, "defer_if_permit Rate limit reach, retry later", (450, r"^4\.7\.1 Rate limit reach"))),
    postfwd: (
        (HONEST, "DUNNO", "Subject: test"),
        (FORGED, "REJECT postfwd: not you", (554, r"^5\.7\.1 postfwd: not you$"))),
}
