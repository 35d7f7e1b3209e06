"""The same whitelists to greyrules and to postgrey itself: the same mail passes."""

import random
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "greylist"))

from harness import GREYONCE, GREYRULES, PEERS, Case, block, request
from postgrey import Postgrey

SEED = 20261122
DEBIAN = {"clients": PEERS / "usr/share/postgrey/whitelist_clients",
          "recipients": PEERS / "usr/share/postgrey/whitelist_recipients"}
WORDS = ("mail", "smtp", "mx", "a", "pool-7", "out", "x_y", "example", "web", "xn--bcher-kva", "12")
ENDS = ("example.org", "example.net", "example", "org", "co.example", "b.c.example", "unknown", "a.b.c.d.e.example")


class Maker:
    """Entries of all forms, and names, addresses and recipients that lie on and beside them."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)

    def name(self):
        words = [self.random.choice(WORDS) for _ in range(self.random.randrange(0, 4))]
        return ".".join([*words, self.random.choice(ENDS)])

    def address(self):
        if self.pick(True, True, False):
            return f"{self.pick(192, 198)}.0.{self.random.randrange(4)}.{self.random.randrange(256)}"
        return f"2001:db8:{self.random.randrange(3):x}:{self.random.randrange(4)}::{self.random.randrange(300):x}"

    def client_entry(self):
        address = self.address()
        bits = self.random.randrange(16, 33) if "." in address else self.random.randrange(30, 129)
        three = ".".join(address.split(".")[:3]) if "." in address else address
        name = self.name()
        return self.pick(name, name, name, name.upper(), address, f"{address}/{bits}", three, f".{name}", f"-{name}",
                         f"/^{self.pick(*WORDS)}.*\\.{self.pick(*ENDS)}$/", f"/{self.pick(*WORDS)}/",
                         f"/^{self.pick('mx', 'smtp')}\\d*[ab]?.{self.pick(*ENDS)}$/", f"/{self.pick(*WORDS)}$/",
                         f"/^(?:{self.pick(*WORDS)}|{self.pick(*WORDS)})\\.\\w+/", f"/\\.{self.pick(*ENDS)}$|^x/",
                         f"/{self.pick(*WORDS).upper()}\\.{self.pick(*ENDS)}$/", "", "# nothing", f"{name} # why")

    def local_part(self):
        local = self.pick("bob", "Alice", "postmaster", "a+b", "x.y", "bob+", "+x", "*", ".dot", "o'neil", "j\u00f6rg")
        return self.pick(local, local, f"{local}+tag", f"{local}+t+u")

    def recipient_entry(self):
        name = self.name()
        return self.pick(name, f"{self.local_part()}@{name}", f"{self.local_part()}@", f"@{name}", f".{name}",
                         f"/^{self.pick('bob', 'x')}.*@{self.pick(*ENDS)}$/", "/\\+tag@/", f"/@{self.pick(*WORDS)}\\./",
                         f"/{self.pick(*ENDS)}$/", f"{self.local_part()}@a@{name}")

    def name_beside(self, name):
        """Of a whitelist's line: the name itself where it is one, or what an expression might match."""
        name = name.strip("/").strip("^$").replace("(?:", "").replace("|", "").replace(")", "")
        for part, plain in (("\\d+", "7"), ("\\d*", "12"), (".*?", "x"), (".*", "ab"), ("\\.", "."), ("[12]", "1"),
                            ("[cv]", "c"), ("[0-9]+", "3"), ("\\w*", "w"), ("\\w+", "w"), ("[ab]?", "a"), ("p?", "p")):
            name = name.replace(part, plain)
        name = name or "x"  # to greyonce an empty name is `unknown`
        return self.pick(name, name.upper(), f"x.{name}", f"x{name}", name[1:] or "y", f"{name}.", name.replace(".", "x", 1),
                         f"mail.{name}", f"a.b.{name}", f"{name}.org", name.replace("7", "71"), f"{name}..", f".{name}",
                         f"-{name}", f"_.{name}", f"7.{name}", name.split("/")[0], f"{name} ", name.swapcase(),
                         name.partition(".")[2] or "z")

    def client_name(self, entries):
        return self.pick(self.name(), self.name_beside(self.pick(*entries)), self.name_beside(self.pick(*entries)),
                         self.name().upper(), "unknown", "UNKNOWN", self.address(), "12.12", f"{self.name()}.")


class Lists(Case):
    def both(self, clients, recipients, requests):
        """What passes with each of the two: both defer whoever is not whitelisted, for nobody comes twice."""
        rules = self.folder / "rules.cdb"
        subprocess.run([GREYRULES, "compile", "-o", rules, "--whitelist-clients", clients, "--whitelist-recipients",
                        recipients], check=True, stderr=subprocess.DEVNULL)
        postgrey = Postgrey(self, self.folder, "--auto-whitelist-clients=0",
                            whitelists=(f"--whitelist-clients={clients}", f"--whitelist-recipients={recipients}"))
        theirs = [action == "DUNNO" for action in postgrey.ask_all(requests)]
        ours = subprocess.run([GREYONCE, "--config", "/dev/null", "--state", self.folder / "state", "--log", "none",
                               "--rules", rules, "--until-eof", "--auto-whitelist-clients=0", "--deadline=60"],
                              input=b"".join(map(block, requests)), capture_output=True, check=True).stdout
        answers = ours.decode().split("\n\n")[:-1]
        self.assertEqual(len(answers), len(requests))
        return theirs, [answer == "action=DUNNO" for answer in answers]

    def compare(self, clients, recipients, requests):
        requests = [request(sender=f"{word_of(number)}@sender.example", **question)
                    for number, question in enumerate(requests)]
        theirs, ours = self.both(clients, recipients, requests)
        differing = [question for question, their, our in zip(requests, theirs, ours) if their != our]
        self.assertEqual(differing[:5], [])
        self.assertGreater(sum(theirs), len(theirs) // 20)
        self.assertGreater(len(theirs) - sum(theirs), len(theirs) // 20)

    def generated(self, name, entries):
        path = self.folder / name
        path.write_text("\n".join(entries) + "\n")
        path.chmod(0o644)
        return path

    def test_debians_lists_compile_without_a_complaint(self):
        done = subprocess.run([GREYRULES, "compile", "-o", self.folder / "rules.cdb", "--strict", "--whitelist-clients",
                               DEBIAN["clients"], "--whitelist-recipients", DEBIAN["recipients"]],
                              capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr, done.stdout), (0, b"", b""))

    def test_debians_lists_let_the_same_mail_pass(self):
        maker = Maker(SEED)
        entries = [line.split("#")[0].strip() for line in DEBIAN["clients"].read_text().splitlines()]
        entries = [entry for entry in entries if entry]
        names = [maker.name_beside(entry) for entry in entries * 15]
        requests = [{"client_name": name, "client_address": "203.0.113.1"} for name in names]
        for entry in entries:
            if entry[0].isdigit() and entry.count(".") == 3:
                first, last = entry.split("/")[0].rsplit(".", 1)
                requests += [{"client_address": f"{first}.{(int(last) + step) % 256}"} for step in (-1, 0, 1, 31, 32)]
        requests += [{"client_address": address} for address in
                     ("2a01:4180:4051:800::1", "2a01:4180:4051:801::1", "2A01:4180:4050:0400:ffff::", "195.235.39.255",
                      "195.235.40.0", "205.201.143.255", "205.201.144.0", "148.105.7.7")]
        requests += [{"recipient": recipient} for recipient in
                     ("postmaster@example.org", "Postmaster+x@example.org", "abuse@a.b", "xabuse@example.org",
                      "postmaster", "abuse+@example.org", "abuse@")]
        self.compare(DEBIAN["clients"], DEBIAN["recipients"], requests)

    def generated_lists(self, seed):
        maker = Maker(seed)
        clients = [maker.client_entry() for _ in range(25)]
        recipients = [maker.recipient_entry() for _ in range(10)]
        requests = [{"client_name": maker.client_name(clients),
                     "client_address": maker.address(),
                     "recipient": maker.pick(f"{maker.local_part()}@{maker.name()}", f"{maker.local_part()}@a@b.example",
                                             maker.name(), maker.local_part())}
                    for _ in range(20000)]
        self.compare(self.generated("clients", clients), self.generated("recipients", recipients), requests)

    def test_a_generated_list_lets_the_same_mail_pass(self):
        self.generated_lists(SEED)

    def test_another_generated_list_lets_the_same_mail_pass(self):
        self.generated_lists(SEED + 1)

    def test_a_third_generated_list_lets_the_same_mail_pass(self):
        self.generated_lists(SEED + 2)

    def test_a_fourth_generated_list_lets_the_same_mail_pass(self):
        self.generated_lists(SEED + 3)

    def test_a_fifth_generated_list_lets_the_same_mail_pass(self):
        self.generated_lists(SEED + 4)

    def test_a_list_of_thousands_lets_the_same_mail_pass(self):
        maker = Maker(SEED)
        clients = [f"h{number}.{maker.name()}" for number in range(3000)]
        clients += [f"10.{number // 256}.{number % 256}.0/{maker.random.randrange(24, 32)}" for number in range(2000)]
        requests = [{"client_name": maker.name_beside(maker.pick(*clients[:3000])),
                     "client_address": f"10.{maker.random.randrange(9)}.{maker.random.randrange(256)}."
                                       f"{maker.random.randrange(256)}"} for _ in range(1500)]
        self.compare(self.generated("clients", clients), self.generated("recipients", ["nobody@"]), requests)


def word_of(number):
    """A word without digits, which would make two senders one."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


if __name__ == "__main__":
    unittest.main()
