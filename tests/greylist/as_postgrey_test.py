"""The same requests to greyonce and to postgrey itself: the same actions."""

import random
import subprocess
import unittest

from harness import GREYONCE, Case, ask, block, request
from greylist.postgrey import Postgrey

SEED = 20261121

# Both with texts of one form; the ages and instances in which greyonce differs on purpose are kept out of the way.
COMMON = ("--hostname=mx.example.org", "--greylist-text=wait %s s for %r (%s %r)",
          "--x-greylist-header=X-Greylist: delayed %t seconds at %h", "--max-age=3650")

# An IPv6 client counts as its network here, for the auto-whitelist: there each network has one address, but where each
# address counts for itself, or none does.
SETTINGS = (
    (),
    ("--delay=60", "--retry-window=6h"),
    ("--lookup-by-host", "--auto-whitelist-clients=2"),
    ("--ipv4cidr=20", "--ipv6cidr=48", "--auto-whitelist-clients"),
    ("--ipv6cidr=48", "--auto-whitelist-clients=0"),
    ("--privacy", "--auto-whitelist-clients=0", "--delay=900"),
    ("--greylist-action=451", "--auto-whitelist-clients=1", "--retry-window=1", "--lookup-by-subnet"),
    ("--privacy", "--lookup-by-host", "--greylist-action=DEFER"),
)


class Requests:
    """Random requests of few clients, senders and recipients, so that they meet again; the clock mostly goes on.

    It never falls back by an hour, after which greyonce counts a client again and postgrey does not, and a message is in
    for ten minutes at most: greyonce forgets it after an hour.
    """

    def __init__(self, seed, settings):
        self.random = random.Random(seed)
        self.networks_count = "--lookup-by-host" not in settings and "--auto-whitelist-clients=0" not in settings
        self.now = self.latest = 1_700_000_000
        self.message_came = self.now
        self.instance = "first"

    def client(self):
        pick = self.random.choice
        if pick((True, True, False)):
            return f"198.51.{pick((100, 101, 116))}.{pick((1, 2, 77, 254, 255))}"
        if self.networks_count:
            return pick(("2001:db8:1:2::1", "2001:DB8:4:0:0:0:0:2", "2001:db8:2::aB", "::1"))
        return pick(("2001:db8:1:2::1", "2001:DB8:1:2:0:0:0:2", "2001:db8:1:3::aB", "2001:db8:2::1", "::1"))

    def local_part(self):
        pick = self.random.choice
        tag = "".join(self.random.choices("0123456789abcdef", k=10))
        return pick((
            "alice", "Alice", "bob", f"list-{self.random.randrange(100000)}-x", f"bounce+{tag}", f"b_{tag[:1]}",
            f"prvs={tag}=carol", f"prvs=carol={tag}", f"Prvs={tag}=carol", f"prvs={tag}=carol=x", "prvs=carol",
            f"news.{self.random.randrange(9)}.{self.random.randrange(9)}", f"a{self.random.randrange(9)}",
            "o'neil/x", '"quoted part"', "j\u00f6rg", "x%y", "-", "a=b", f"srs0={tag[:4]}=ab=c.example=dave"))

    def sender(self):
        return self.random.choice(("", "", "postmaster", "12", f"{self.local_part()}@example.net",
                                   f"{self.local_part()}@Example.COM", f"{self.local_part()}@7.example",
                                   f"{self.local_part()}@a@b.example"))

    def recipient(self):
        return self.random.choice(("dave@example.org", "Dave@Example.ORG", "erin+tag@example.org", "postmaster",
                                   "frank-7@example.edu", "g@h@example.org"))

    def step_clock(self):
        step = self.random.choice((0, 0, 1, 29, 30, 31, 59, 60, 61, 100, 299, 300, 301, 899, 900, 901, 3599, 3600, 3601,
                                   21600, 86400, 172800, -1, -60, -400, -3500, 90001))
        self.now = max(self.now + step, self.latest - 3599)
        self.latest = max(self.now, self.latest)

    def next(self):
        self.step_clock()
        if abs(self.now - self.message_came) > 600 or self.random.random() < 0.5:
            self.instance = f"i.{self.random.random()}"
            self.message_came = self.now
        attributes = request(client_address=self.client(), sender=self.sender(), recipient=self.recipient(),
                             client_name=self.random.choice(("mail.example.net", "unknown")),
                             policy_test_time=self.now)
        if self.random.random() < 0.5:
            attributes["instance"] = self.instance
        if self.random.random() < 0.3:
            attributes["etrn_domain"] = ""
        return attributes


class AsPostgrey(Case):
    REQUESTS = 1500  # of each setting

    def state_of(self, folder):
        """The options for one of its own."""
        return ("--state", folder / "state")

    def compare(self, name, count, settings, answers):
        folder = self.folder / name
        folder.mkdir()
        postgrey = Postgrey(self, folder, *COMMON, *settings)
        made = Requests(SEED, settings)
        requests = [made.next() for _ in range(count)]
        theirs = [postgrey.ask(question) for question in requests]
        ours = answers(requests, ("--config", "/dev/null", *self.state_of(folder), "--log", "none", "--clock",
                                  "request", *COMMON, *settings))
        for number, (question, expected, action) in enumerate(zip(requests, theirs, ours, strict=True)):
            self.assertEqual(action, expected, f"request {number} of {settings}: {question}")
        for kind in "PREPEND", "DUNNO", "wait":
            self.assertTrue(any(kind in action for action in theirs), f"{settings}: no {kind} among the answers")

    def test_thousands_of_requests_get_the_action_of_postgrey(self):
        def in_one_process(requests, options):
            done = subprocess.run([GREYONCE, "--until-eof", *options], input=b"".join(map(block, requests)),
                                  capture_output=True, check=True)
            return [answer.removeprefix("action=") for answer in done.stdout.decode().split("\n\n")[:-1]]

        for number, settings in enumerate(SETTINGS):
            self.compare(f"stream{number}", self.REQUESTS, settings, in_one_process)

    def test_one_process_a_request_gets_the_same(self):
        def one_by_one(requests, options):
            return [ask(question, *options).action for question in requests]

        self.compare("single", min(1000, self.REQUESTS), SETTINGS[2], one_by_one)


if __name__ == "__main__":
    unittest.main()
