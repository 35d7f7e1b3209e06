"""The same mails to greyonce and to policyd-weight itself, with one nameserver: the same actions, tokens and rates."""

import os
import re
import unittest

from weight.dns_server import REFUSED, Nameserver
from harness import Case, ask
from weight.policyd_weight import PolicydWeight
from weight.worlds import World

SEED = 20261121
MAILS = 400
# Port 53, as policyd-weight knows no other, at an address that no other run of this test has.
NAMESERVER = f"127.53.{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}"

# What is refused is refused, what passes passes: the greylist is kept out, and every mail is weighed.
ALONE = "weight = yes\ngreylist-level = 1\n"
NO_MEMORY = "spam-memory = 0\nham-memory = 0\nlist-errors = 9999\n"
NO_CACHE = "$CACHESIZE = 0; $POSCACHESIZE = 0; $BL_ERROR_SKIP = 9999; $DNS_RETRIES = 1; $DNS_RETRY_IVAL = 1;"

OURS = re.compile(r"greyonce: weighted check: (rate: .*); <to=.*>; dns: \d+ ms;(.*)\n")


class AsPolicydWeight(Case):
    def compare(self, world, config, settings):
        (self.folder / "config").write_text(f"{ALONE}nameserver = {NAMESERVER}\n{config}")
        differences = []
        with Nameserver(world.table, NAMESERVER, 53):
            theirs = PolicydWeight(self.folder, NAMESERVER, settings)
            self.addCleanup(theirs.close)
            for request in world.requests:
                differences += self.difference(theirs, request)
        self.assertEqual(differences, [])
        return theirs

    def difference(self, theirs, request):
        expected = theirs.ask(request)
        answer = ask(request, "--config", self.folder / "config", "--state", self.folder / "state", "--log", "stderr")
        weight = OURS.search(answer.stderr.decode())
        ours = [answer.action, f"weighted check: {weight[2]}; {weight[1]}" if weight else None]
        # Mail that is not weighed passes without a word.
        theirs_all = [re.sub("^DUNNO.*", "DUNNO", expected), theirs.weight(request["recipient"]) if weight else None]
        return [] if ours == theirs_all else [(request, theirs_all, ours)]

    def test_hundreds_of_mails_have_the_same_weight(self):
        world = World(SEED)
        for number in range(MAILS):
            world.add(number)
        theirs = self.compare(world, NO_MEMORY, NO_CACHE)
        tokens = set(re.findall(r" ([A-Z][^ =]+)=", " ".join(theirs.weights.values())))
        for token in ("IN_SPAMCOP", "BOGUS_MX", "BAD_MX", "CL_IP_EQ_FROM_MX", "CL_IP_EQ_FROM_IP", "CL_IP_EQ_HELO_IP",
                      "CL_IP_NE_HELO", "HELO_NUMERIC", "CL_SEEMS_DIALUP", "HELO_SEEMS_DIALUP", "NOK_HELO_SEEMS_DIALUP",
                      "REV_IP_EQ_HELO_DOMAIN", "RANDOM_SENDER", "FROM_NBDY_ANON", "IN_SURBL", "MAIL_SEEMS_FORGED",
                      "CLIENT/24_NOT_MX/A_FROM_DOMAIN", "HELO_IP_IN_CL16_SUBNET"):
            self.assertIn(token, tokens)

    def test_the_third_error_of_the_dns_ends_the_checks(self):
        world = World(SEED + 1, ends=("com", "net"))  # no parent that policyd-weight alone asks
        for number in range(20):
            world.add(number)
        for request in world.requests:
            domain = request["sender"].rpartition("@")[2]
            world.table[domain] = {"*": REFUSED}
        # policyd-weight takes SERVFAIL and REFUSED of a list for "not listed": only names fail here.
        self.compare(world, NO_MEMORY, NO_CACHE)

    def test_recipients_of_one_message_are_answered_alike(self):
        world = World(SEED + 2)
        for number in range(40):
            world.add(number)
        world.requests = [dict(request, recipient=f"{box}@r{number}.example")
                          for number, request in enumerate(world.requests) for box in ("bob", "carol", "dave")]
        world.requests = [r for r in world.requests if r["sender"]]
        self.compare_repeats(world)

    def compare_repeats(self, world):
        (self.folder / "config").write_text(f"{ALONE}nameserver = {NAMESERVER}\n{NO_MEMORY}")
        kinds = set()
        with Nameserver(world.table, NAMESERVER, 53) as nameserver:
            theirs = PolicydWeight(self.folder, NAMESERVER, NO_CACHE)
            self.addCleanup(theirs.close)
            for request in world.requests:
                expected = theirs.ask(request)
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
