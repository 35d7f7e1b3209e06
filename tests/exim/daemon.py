"""A real Exim on loopback, with the ACL pieces of exim/ included as they are and a local mailbox for each recipient.

Clients are announced by PROXY lines, and a name server of the test's own knows a few of them by name. Needs root, as
Exim does for its own user, and here also for the mount namespace that has the test's resolv.conf.
"""

import os
import shutil
import subprocess
import socket
from pathlib import Path

import harness
import names
from servers import starters

EXIM = "/usr/sbin/exim4"
USER = "Debian-exim"
PIECES = harness.TOP / "exim"

CONFIGURATION = """
{macros}
primary_hostname = mx.example.org
domainlist local_domains = example.org
hostlist relay_from_hosts = 192.0.2.250
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
hosts_proxy = 127.0.0.1
host_lookup = *
host_lookup_order = bydns
keep_environment =
rfc1413_query_timeout = 0s
smtp_accept_max = 200
smtp_accept_max_nonmail = 100000
smtp_connect_backlog = 200
recipients_max = 5000
deliver_drop_privilege
smtputf8_advertise_hosts = *
allow_utf8_domains
helo_accept_junk_hosts = *
smtp_max_unknown_commands = 100000
smtp_accept_max_per_connection = 100000
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
{settings}

begin acl

check_rcpt:
  require domains = +local_domains
{before}
  require acl = greyonce_rcpt
  accept

check_data:
  require acl = greyonce_data
  accept

{pieces}

begin routers

mailbox:
  driver = accept
  domains = +local_domains
  transport = mailbox

begin transports

mailbox:
  driver = appendfile
  file = {folder}/mail/box
  user = Debian-exim
  batch_max = 1000

begin authenticators

plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = yes
  server_set_id = $auth2
"""


# The ways in: the piece that is included, and what has to be started for it.
WAYS = {"run": "greyonce-ask-run", "base64": "greyonce-ask-base64", "unix": "greyonce-ask-unix", "tcp": "greyonce-ask-tcp"}
# Who starts the filter, where one way is enough for each: at one socket it is one process for all, as in
# inetd.conf.sample, at the other a process each.
SERVERS = {"unix": starters.inetd_wait, "tcp": starters.inetd}


def in_one_word(address):
    return "{}:{}".format(*address) if isinstance(address, tuple) else address


def running(program):
    """The processes that run `program`, also where it was replaced meanwhile, and where they see other mounts than we do: in
    a chroot such a one's path begins outside of it."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)").endswith(str(program)):
                found.append(int(pid))
        except OSError:
            pass
    return found


class EximCase(harness.Case):
    """Tests with `self.program`, a copy of greyonce that Exim's user can reach, its configuration, and Exim."""

    def setUp(self):
        super().setUp()
        for name in ("spool", "log", "mail", "state"):
            (self.folder / name).mkdir()
            shutil.chown(self.folder / name, USER, USER)
        self.program = self.folder / "sbin/greyonce"
        self.program.parent.mkdir()
        shutil.copy(harness.GREYONCE, self.program)
        self.configuration = self.folder / "greyonce.conf"
        self.port = harness.free_port()
        self.name_server = names.NameServer()
        self.addCleanup(self.name_server.stop)
        self.configure()

    def configure(self, **settings):
        """The filter's configuration file; `_` in a name for `-`. What serves a listening socket is gone soon."""
        settings = {"state": self.folder / "state/state", "rules": self.folder / "rules.cdb", "log": "none", "idle": 1} | settings
        self.configuration.write_text("".join(f"{name.replace('_', '-')} = {value}\n" for name, value in settings.items()))

    def until_changes_are_known(self):
        """To whoever is asked from now on."""
        harness.wait_until(lambda: not running(self.program), "a filter that has read the former files to go")

    def whitelist(self, *lines):
        source = self.folder / "whitelist_clients"
        source.write_text("".join(f"{line}\n" for line in lines))
        subprocess.run([harness.GREYRULES, "compile", "-o", self.folder / "rules.cdb", "--whitelist-clients", source],
                       check=True)

    def rules(self, *lines):
        """Compiled from a rules file's lines, and known."""
        source = self.folder / "rules"
        source.write_text("".join(f"{line}\n" for line in lines))
        subprocess.run([harness.GREYRULES, "compile", "-o", self.folder / "rules.cdb", source], check=True)
        self.until_changes_are_known()

    def replace_program(self, script):
        """Puts a shell script in the filter's place, at once for whoever starts it next."""
        other = self.program.with_suffix(".new")
        other.write_text("#!/bin/sh\n" + script)
        other.chmod(0o755)
        other.rename(self.program)

    def start_exim(self, way, before="", settings="", server=starters.inetd):
        """`before` stands in the RCPT ACL before the question; `server` starts the filter where `way` is a socket."""
        command = [self.program, "--config", self.configuration]
        if way in ("unix", "tcp"):
            macros = {"GREYONCE_ADDRESS" if isinstance(address, tuple) else "GREYONCE_SOCKET": in_one_word(address)
                      for address in server(self, USER, command)}
        else:
            macros = {"GREYONCE_PROGRAM": " ".join(map(str, command))}
        self.run_exim_with(f".include {PIECES}/greyonce\n.include {PIECES}/{WAYS[way]}\n", before, settings, macros)

    def run_exim_with(self, pieces, before="", settings="", macros=None):
        """`pieces`: the ACLs greyonce_rcpt and greyonce_data."""
        self.run_exim(CONFIGURATION.format(
            folder=self.folder, port=self.port, before=before, settings=settings, pieces=pieces,
            macros="\n".join(f"{name} = {value}" for name, value in (macros or {}).items())))

    def run_exim(self, text):
        """TLS is offered only where the settings say so. With no word of a certificate Exim makes one at its start."""
        if "tls_advertise_hosts" not in text:
            text = text.replace("begin acl", "tls_advertise_hosts =\ntls_certificate = $primary_hostname\n\nbegin acl", 1)
        configuration = self.folder / "exim.conf"
        configuration.write_text(text)
        command = [EXIM, "-C", str(configuration), "-bdf", "-q1h"]
        self.exim = self.start(self.name_server.seen_by(command, self.folder), "exim.log")
        self.exim.wait_for(lambda: harness.is_listening((harness.LOOPBACK, self.port)), "Exim")

    def smtp(self, client="192.0.2.1", **options):
        smtp = harness.Smtp((harness.LOOPBACK, self.port), client=client, **options)
        self.addCleanup(smtp.close)
        return smtp

    def log(self, name="main"):
        log = self.folder / f"log/{name}log"
        return log.read_bytes().decode(errors="replace") if log.exists() else ""

    def delivered(self, messages=1):
        """All that was delivered, once it is so many messages."""
        box = self.folder / "mail/box"
        harness.wait_until(lambda: self.log().count(" Completed") >= messages, f"{messages} delivered")
        return box.read_text(errors="surrogateescape")
