"""A private Postfix of the unpacked package, on loopback: smtpd, what it needs to deliver, and the filter by spawn(8)."""

import os
import shutil

import harness
import names

DAEMONS = harness.PEERS / "usr/lib/postfix"
OWNER = "mail"  # in Postfix's place: a user and a group that Debian always has
GROUP = "news"
USER = "nobody"

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {daemons}/sbin
command_directory = {peers}/usr/sbin
shlib_directory = {daemons}
meta_directory = {peers}/etc/postfix
import_environment = MAIL_CONFIG LD_LIBRARY_PATH
mail_owner = {owner}
setgid_group = {group}
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
mynetworks =
alias_maps =
virtual_mailbox_domains = example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:box
virtual_uid_maps = static:8
virtual_gid_maps = static:8
virtual_minimum_uid = 1
virtual_destination_recipient_limit = 1000
smtpd_upstream_proxy_protocol = haproxy
smtpd_delay_reject = yes
smtpd_recipient_limit = 2000
smtpd_soft_error_limit = 100000
smtpd_hard_error_limit = 100000
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
in_flow_delay = 0
smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service {service}
"""

MASTER = """
127.0.0.1:{port} inet n - n - 200 smtpd
postlog   unix-dgram n - n - 1 postlogd
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
proxymap  unix - - n - - proxymap
anvil     unix - - n - 1 anvil
virtual   unix - n n - - virtual
greyonce  unix - n n - 0 spawn user={user} argv={command}
"""


class PostfixCase(harness.Case):
    """Tests with `self.program`, a copy of greyonce, and Postfix once `start_postfix` is called."""

    def setUp(self):
        super().setUp()
        self.program = self.folder / "greyonce"
        shutil.copy(harness.GREYONCE, self.program)
        (self.folder / "state").mkdir()
        shutil.chown(self.folder / "state", USER)
        self.configuration = self.folder / "greyonce.conf"
        self.configure()
        self.port = harness.free_port()
        self.name_server = names.NameServer()
        self.addCleanup(self.name_server.stop)

    def configure(self, **settings):
        settings = {"state": self.folder / "state/state", "rules": self.folder / "rules.cdb", "log": "none"} | settings
        self.configuration.write_text("".join(f"{name.replace('_', '-')} = {value}\n" for name, value in settings.items()))

    def start_postfix(self, service, *options, services=""):
        """`service` as it stands after check_policy_service; `options` of the filter that spawn starts; `services`: more lines
        of master.cf."""
        self.make_places()
        etc = self.folder / "etc"
        etc.mkdir()
        command = " ".join(map(str, (self.program, "--config", self.configuration, *options)))
        (etc / "main.cf").write_text(MAIN.format(folder=self.folder, daemons=DAEMONS, peers=harness.PEERS, owner=OWNER,
                                                 group=GROUP, service=service))
        (etc / "master.cf").write_text(MASTER.format(port=self.port, user=USER, command=command) + services)
        environment = {"PATH": os.environ["PATH"], "MAIL_CONFIG": str(etc), "LD_LIBRARY_PATH": str(DAEMONS)}
        master = [DAEMONS / "sbin/master", "-c", etc, "-d"]
        self.master = self.start(self.name_server.seen_by(master, self.folder), "master.log", env=environment)
        self.master.wait_for(lambda: harness.is_listening((harness.LOOPBACK, self.port)), "Postfix")

    def make_places(self):
        """What postfix(1) makes and owns at its first start."""
        for name in ("data", "mail"):
            (self.folder / name).mkdir()
            shutil.chown(self.folder / name, OWNER, OWNER)
        (self.folder / "queue/pid").mkdir(parents=True)
        for name in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved",
                     "trace", "maildrop", "public"):
            (self.folder / "queue" / name).mkdir()
            shutil.chown(self.folder / "queue" / name, OWNER, GROUP)

    def replace_program(self, script):
        other = self.program.with_suffix(".new")
        other.write_text("#!/bin/sh\n" + script)
        other.chmod(0o755)
        other.rename(self.program)

    def smtp(self, client="192.0.2.1", port=None, **options):
        smtp = harness.Smtp((harness.LOOPBACK, port or self.port), client=client, **options)
        self.addCleanup(smtp.close)
        return smtp

    def log(self):
        log = self.folder / "maillog"
        return log.read_bytes().decode(errors="replace") if log.exists() else ""

    def delivered(self):
        box = self.folder / "mail/box"
        harness.wait_until(lambda: box.exists() and box.stat().st_size, "a delivery")
        return box.read_text(errors="surrogateescape")
