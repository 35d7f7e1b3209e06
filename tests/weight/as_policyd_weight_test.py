"""The same mails to greyonce and to policyd-weight itself, with one nameserver: the same actions, tokens and rates."""

import os
import re
import subprocess
import unittest

from weight.dns_server import REFUSED, Nameserver
from harness import GREYRULES, PEERS, Case, ask, request
from weight.policyd_weight import PolicydWeight
from weight.worlds import World

SEED = 20261121
MAILS = 400
# Port 53, as policyd-weight knows no other, at an address that no other run of this test has.
NAMESERVER = f"127.53.{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}"

# The lists that policyd-weight asks by default; one of them has died since.
LISTS = """\
dnsbl = pbl.spamhaus.org 3.25 0 DYN_PBL_SPAMHAUS
dnsbl = sbl-xbl.spamhaus.org 4.35 -1.5 SBL_XBL_SPAMHAUS
dnsbl = bl.spamcop.net 3.75 -1.5 SPAMCOP
dnsbl = ix.dnsbl.manitu.net 4.35 0 IX_MANITU
"""
# What is refused is refused, what passes passes: the greylist is kept out, and every mail is weighed.
ALONE = "weight = yes\nno-greylist = yes\n" + LISTS
# What passes passes at once, so that the greylist is kept out, but not its memory.
REMEMBERING = "weight = yes\ngreylist-level = 1\nspam-memory = 0\nham-memory = 0\n" + LISTS
NO_CACHE = "$CACHESIZE = 0; $POSCACHESIZE = 0; $BL_ERROR_SKIP = 9999; $DNS_RETRIES = 1; $DNS_RETRY_IVAL = 1;"

OURS = re.compile(r"greyonce: weighted check: (rate: .*); <to=.*>; dns: \d+ ms;(.*)\n")


def without_link(action):
    """We send nobody to a site of others."""
    return re.sub("; check https?://www.robtex.com/.*", "", action)


class Defaults(Case):
    def test_the_configuration_that_policyd_weight_writes_becomes_ours_without_a_complaint(self):
        defaults = subprocess.run(["perl", PEERS / "usr/sbin/policyd-weight", "defaults"], capture_output=True, check=True)
        self.assertIn(b"$CACHEREJECTMSG", defaults.stdout)
        theirs, config = self.folder / "theirs", self.folder / "greyonce.conf"
        theirs.write_bytes(defaults.stdout)
        done = subprocess.run([GREYRULES, "convert-policyd-weight", theirs], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("\nspam-pause = 30\n", done.stdout)
        self.assertIn("\nham-window = 3h\n", done.stdout)
        self.assertRegex(done.stdout, r"\nspam-text = 550 .*DNSBLs \[cached\]\n")
        self.assertIn("\nfrom_anon = 1.17 0\n", done.stdout)
        config.write_text(done.stdout + "weight = no\nno-greylist = yes\nlog = none\n")
        answer = ask(request(), "--config", config)
        self.assertEqual((answer.action, answer.status), ("DUNNO", 0), answer)


class AsPolicydWeight(Case):
    def compare(self, world, failing=()):
        """To us the names in `failing` are broken, to policyd-weight they do not exist."""
        (self.folder / "config").write_text(f"{ALONE}nameserver = {NAMESERVER}\n")
        tables = [{name: types for name, types in world.table.items() if name not in failing},
                  world.table | {name: {"*": REFUSED} for name in failing}]
        differences = []
        with Nameserver(world.table, NAMESERVER, 53) as nameserver:
            theirs = PolicydWeight(self.folder, NAMESERVER, NO_CACHE)
            self.addCleanup(theirs.close)
            for request in world.requests:
                nameserver.table = tables[0]
                expected = without_link(theirs.ask(request))
                nameserver.table = tables[1]
                differences += self.difference(theirs, request, expected)
        self.assertEqual(differences, [])
        return theirs

    def difference(self, theirs, request, expected):
        answer = ask(request, "--config", self.folder / "config", "--log", "stderr")
        weight = OURS.search(answer.stderr.decode())
        ours = [answer.action, f"weighted check: {weight[2]}; {weight[1]}" if weight else None]
        # Mail that is not weighed passes without a word.
        theirs_all = [re.sub("^DUNNO.*", "DUNNO", expected), theirs.weight(request["recipient"]) if weight else None]
        return [] if ours == theirs_all else [(request, theirs_all, ours)]

    def test_hundreds_of_mails_have_the_same_weight(self):
        world = World(SEED)
        for number in range(MAILS):
            world.add(number)
        theirs = self.compare(world)
        tokens = set(re.findall(r" ([A-Z][^ =]+)=", " ".join(theirs.weights.values())))
        for token in ("IN_SPAMCOP", "BOGUS_MX", "BAD_MX", "CL_IP_EQ_FROM_MX", "CL_IP_EQ_FROM_IP", "CL_IP_EQ_HELO_IP",
                      "CL_IP_NE_HELO", "HELO_NUMERIC", "CL_SEEMS_DIALUP", "HELO_SEEMS_DIALUP", "NOK_HELO_SEEMS_DIALUP",
                      "REV_IP_EQ_HELO_DOMAIN", "RANDOM_SENDER", "FROM_NBDY_ANON", "IN_SURBL", "MAIL_SEEMS_FORGED",
                      "CLIENT/24_NOT_MX/A_FROM_DOMAIN", "HELO_IP_IN_CL16_SUBNET"):
            self.assertIn(token, tokens)

    def test_a_senders_domain_that_fails_weighs_as_one_that_does_not_exist(self):
        world = World(SEED + 1, ends=("com", "net"))  # no suffix of two labels, which policyd-weight takes for a name
        for number in range(100):
            world.add(number)
        domains = {request["sender"].rpartition("@")[2] for request in world.requests}
        theirs = self.compare(world, failing=domains & world.table.keys())
        self.assertIn("BOGUS_MX", " ".join(theirs.weights.values()))

    def test_recipients_of_one_message_are_answered_alike(self):
        world = World(SEED + 2)
        for number in range(40):
            world.add(number)
        world.requests = [dict(request, recipient=f"{box}@r{number}.example")
                          for number, request in enumerate(world.requests) for box in ("bob", "carol", "dave")]
        world.requests = [r for r in world.requests if r["sender"]]
        self.compare_repeats(world)

    def compare_repeats(self, world):
        (self.folder / "config").write_text(f"{REMEMBERING}nameserver = {NAMESERVER}\n")
        kinds = set()
        with Nameserver(world.table, NAMESERVER, 53) as nameserver:
            theirs = PolicydWeight(self.folder, NAMESERVER, NO_CACHE)
            self.addCleanup(theirs.close)
            for request in world.requests:
                expected = without_link(theirs.ask(request))
                asked = nameserver.questions() if "multirecipient" in expected else None
                action = ask(request, "--config", self.folder / "config", "--state", self.folder / "state").action
                if "multirecipient" in expected:
                    kinds.add(expected[:3])
                    self.assertEqual(nameserver.questions(), asked, "a repeat asks nothing")
                    if "already accepted" in expected:
                        self.assertEqual(action, "DUNNO")
                    elif "too many DNSBLs" in action:
                        self.assertEqual(expected[:4], "550 ")  # the text differs on purpose
                    else:
                        self.assertEqual(action, expected)
                elif not expected.startswith("DUNNO"):
                    self.assertEqual(action, expected)
        self.assertEqual(kinds, {"DUN", "550", "450"})


if __name__ == "__main__":
    unittest.main()
