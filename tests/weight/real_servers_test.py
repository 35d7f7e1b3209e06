"""The weight against servers as they run elsewhere: unbound with local data for names, rbldnsd for the lists."""

import itertools
import unittest

from harness import PEERS, LOOPBACK, Case, ask, free_port, request

UNBOUND = """\
server:
    interface: 127.0.0.1@{port}
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    use-syslog: no
    do-not-query-localhost: no
    module-config: "iterator"
    local-zone: "example.com." static
    local-data: "example.com. MX 10 MX.Hoster.net."
    local-data: "alias.example.com. CNAME example.com."
    local-zone: "hoster.net." static
    local-data: "mx.hoster.net. A 192.0.2.1"
    local-data: "mx.hoster.net. AAAA 2001:db8::1"
    local-zone: "large.net." static
{large}
    local-zone: "2.0.192.in-addr.arpa." static
    local-data: "1.2.0.192.in-addr.arpa. PTR mx.hoster.net."
    local-zone: "wild.net." redirect
    local-data: "wild.net. A 192.0.2.1"
    local-zone: "." refuse
    local-zone: "bl.test." transparent
    local-zone: "rhs.test." transparent
stub-zone:
    name: "bl.test."
    stub-addr: 127.0.0.1@{lists}
stub-zone:
    name: "rhs.test."
    stub-addr: 127.0.0.1@{lists}
remote-control:
    control-enable: no
"""

CONFIG = """\
weight = yes
greylist-level = 1
nameserver = 127.0.0.1:{port}
dnsbl = bl.test 4.35 -1.5 BL 127.0.0.2 127.0.0.4=0.5
rhsbl = rhs.test 4 0 RHS
spam-memory = 0
ham-memory = 0
"""


class RealServers(Case):
    def setUp(self):
        super().setUp()
        self.instances = itertools.count()
        port, lists = free_port(), free_port()
        hosts = "".join(f'    local-data: "large.net. MX 10 mx{i:03}-of-a-hundred-hosts.large.net."\n'
                        f'    local-data: "mx{i:03}-of-a-hundred-hosts.large.net. A 192.0.2.1"\n' for i in range(100))
        (self.folder / "unbound.conf").write_text(UNBOUND.format(port=port, lists=lists, folder=self.folder, large=hosts))
        (self.folder / "bl").write_text("$SOA 60 ns.test. root.test. 0 60 60 60 60\n$NS 60 ns.test\n:127.0.0.2:\n192.0.2.9\n192.0.2.8 :127.0.0.4:\n"
                                        "127.0.0.2\n")
        (self.folder / "rhs").write_text("$SOA 60 ns.test. root.test. 0 60 60 60 60\n$NS 60 ns.test\n:127.0.0.2:\nexample.com\ntest\n")
        self.start([PEERS / "usr/sbin/rbldnsd", "-n", "-u", "nobody", "-b", f"{LOOPBACK}/{lists}", "-w", self.folder,
                    "bl.test:ip4set:bl", "rhs.test:dnset:rhs"], "rbldnsd.log")
        self.start([PEERS / "usr/sbin/unbound", "-d", "-c", self.folder / "unbound.conf"], "unbound.log").wait_for(
            lambda: self.is_answering(port), "unbound")
        (self.folder / "config").write_text(CONFIG.format(port=port))

    def is_answering(self, port):
        (self.folder / "config").write_text(CONFIG.format(port=port))
        return " NOT_IN_BL=-1.5 CL_IP_EQ_FROM_MX" in self.action()

    def action(self, **attributes):
        instance = str(next(self.instances))  # each a message of its own
        mail = request(**({"sender": "a@example.com", "helo_name": "mx.hoster.net", "instance": instance} | attributes))
        return ask(mail, "--config", self.folder / "config", "--state", self.folder / "state", "--log", "none").action

    def test_names_and_lists_are_found(self):
        passes = "PREPEND X-policyd-weight:  NOT_IN_BL=-1.5 CL_IP_EQ_FROM_MX=-3.1 IN_RHS=4; rate: -0.6"
        self.assertEqual(self.action(), passes)
        self.assertEqual(self.action(client_address="2001:db8::1"), passes)
        listed = self.action(client_address="192.0.2.8", sender="a@hoster.net", client_name="mx.hoster.net")
        self.assertIn(" IN_BL=0.5 ", listed)
        self.assertTrue(self.action(client_address="192.0.2.9").startswith("550 Mail appeared"))

    def test_a_wildcard_is_followed(self):
        self.assertIn(" CL_IP_EQ_FROM_IP=-2 ", self.action(sender="a@some.where.wild.net"))

    def test_a_hundred_mx_hosts_come_over_tcp(self):
        self.assertIn(" CL_IP_EQ_FROM_MX=-3.1", self.action(sender="a@large.net"))


if __name__ == "__main__":
    unittest.main()
