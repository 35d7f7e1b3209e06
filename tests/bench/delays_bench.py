"""What settings do to waiting mail and to spam: a made-up fortnight of a small site's mail, asked of the real filter.

Nothing here is measured traffic. Who sends how much, from how many networks, under which names, and when it is tried
again follows published retry schedules and shares of bots; the rest is guessed, and differences of a point or two mean
nothing. The first half fills the filter's memory, the second is counted. MODEL_SEED and MODEL_DAYS change it.
"""

import heapq
import os
import random
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import harness
from bench import table

SEED = int(os.environ.get("MODEL_SEED", "1"))
DAYS = int(os.environ.get("MODEL_DAYS", "12"))
START = 1_700_000_000
MINUTE, HOUR, DAY = 60, 3600, 86400

MAILBOXES = 300
WANTED_A_DAY = 300
BOTS_A_DAY = 600
SNOWSHOE_A_DAY = 3  # domains; each sends a mail to SNOWSHOE_MAILS mailboxes
SNOWSHOE_MAILS = 60
CODE_LIVES = 10 * MINUTE

SETTINGS = {
    "defaults": {},
    "large senders' list": {"rules": "large-senders"},
    "client-key = organisation": {"client-key": "organisation"},
    "organisation, auto-whitelist-pairs = 1, delay = 60": {
        "client-key": "organisation", "auto-whitelist-pairs": 1, "delay": 60},
    "the same, pairs of any age": {
        "client-key": "organisation", "auto-whitelist-pairs": 1, "auto-whitelist-pairs-age": 0, "delay": 60},
    "the same and one-verdict, as installed": {
        "client-key": "organisation", "auto-whitelist-pairs": 1, "delay": 60, "one-verdict": "yes"},
    "as installed, and the large senders' list": {
        "client-key": "organisation", "auto-whitelist-pairs": 1, "delay": 60, "one-verdict": "yes",
        "rules": "large-senders"},
    "greylist-names = suspect": {"greylist-names": "suspect"},
}


def growing(first, factor, longest, until):
    """Retries: the first after `first` seconds, each later one after `factor` times as long, at most `longest`."""
    times, step = [first], first
    while times[-1] < until:
        step = min(step * factor, longest)
        times.append(times[-1] + step)
    return times


# Seconds after the first attempt.
MICROSOFT = growing(15 * MINUTE, 1.3, HOUR, DAY)
GOOGLE = [362, 1742, *(1742 + at for at in growing(45 * MINUTE, 1.5, 3 * HOUR, DAY))]
FREE_MAIL = [
    [127, 339, *(339 + at for at in growing(12 * MINUTE, 1.8, 4 * HOUR, DAY))],
    [61, 123, 184, 306, *(306 + at for at in growing(10 * MINUTE, 1.5, HOUR, DAY))],
    [301, 753, *(753 + at for at in growing(15 * MINUTE, 2, 2 * HOUR, DAY))],
    [78, 1155, *(1155 + at for at in growing(30 * MINUTE, 1.5, 2 * HOUR, DAY))],
    [65, 178, 413, *(413 + at for at in growing(10 * MINUTE, 2, 2 * HOUR, DAY))],
]
SERVICE = [336, 900, *(900 + at for at in growing(15 * MINUTE, 2, 2 * HOUR, DAY))]
NEWSLETTER = growing(15 * MINUTE, 2, 4 * HOUR, DAY)
SERVERS = [  # Postfix, Exim, Exchange, sendmail
    growing(5 * MINUTE, 2, 4000, 2 * DAY),
    [15 * MINUTE * n for n in range(1, 9)] + [2 * HOUR + at for at in growing(HOUR, 1.5, 6 * HOUR, 2 * DAY)],
    growing(MINUTE, 3, 10 * MINUTE, DAY),
    growing(30 * MINUTE, 1, HOUR, 2 * DAY),
]
BOT_QUEUE = [[5 * MINUTE + 20], [7 * MINUTE, 20 * MINUTE], [12 * MINUTE], [30 * MINUTE, HOUR]]


@dataclass
class Client:
    address: str
    name: str


@dataclass
class Mail:
    """One message, as one recipient's server sees it."""

    kind: str  # wanted, bot, snowshoe
    when: int
    clients: object  # a function: the client of an attempt
    sender: object  # a function: the sender of an attempt
    recipients: list
    retries: list
    is_new: bool = False
    is_code: bool = False
    passed: dict = field(default_factory=dict)  # recipient: seconds waited


class Site:
    """Draws mail from one seed: the same for every setting."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        pick = self.random.choice
        self.boxes = [f"user{n}@site.example" for n in range(MAILBOXES)]
        self.microsoft = [f"40.{self.random.randrange(90, 110)}.{self.random.randrange(256)}" for _ in range(60)]
        self.google = [f"209.85.{n}" for n in self.random.sample(range(128, 256), 14)] + ["2a00:1450:4864:20", "2607:f8b0:4864:20"]
        self.free = [(n, [f"212.227.{n * 8 + i}.{self.random.randrange(1, 250)}" for i in range(pick((1, 1, 2, 3)))])
                     for n in range(5)]
        self.ses = [f"54.240.{n}" for n in self.random.sample(range(1, 250), 8)]
        self.shops = [(f"shop{n}.example", [f"167.89.{self.random.randrange(256)}.{self.random.randrange(1, 250)}"
                                            for _ in range(pick((1, 2, 4)))]) for n in range(80)]
        self.newsletters = [(f"news{n}.example", [f"198.2.{self.random.randrange(128, 192)}" for _ in range(10)])
                            for n in range(12)]
        self.servers = [self.own_server(n) for n in range(120)]
        self.known = {}  # kind of sender: pairs of sender and recipient that have written before

    def own_server(self, n):
        address = f"{self.random.randrange(60, 95)}.{self.random.randrange(256)}.{self.random.randrange(256)}.{self.random.randrange(1, 250)}"
        chance = self.random.random()
        name = f"mail.company{n}.example"
        if chance < 0.08:
            name = "unknown"
        elif chance < 0.16:
            name = f"static-{address.replace('.', '-')}.provider{n % 7}.example"
        return Client(address, name), self.random.choice(SERVERS), f"company{n}.example"

    def host(self, network):
        return f"{network}::{self.random.randrange(1, 9999):x}" if ":" in network else f"{network}.{self.random.randrange(1, 250)}"

    def token(self, length=12):
        return "".join(self.random.choices("0123456789abcdefghijklmnopqrstuvwxyz", k=length))

    def pair_for(self, kind, domain):
        """Of personal mail 60 % are to whom the sender has written to before."""
        pairs = self.known.setdefault((kind, domain), [])
        if pairs and self.random.random() < 0.6:
            return (*self.random.choice(pairs), False)
        pair = f"person{self.random.randrange(10**6)}@{domain}", self.random.choice(self.boxes)
        pairs.append(pair)
        return (*pair, True)

    def personal(self, kind, domain, when, clients, retries):
        sender, recipient, is_new = self.pair_for(kind, domain)
        recipients = [recipient]
        if not is_new and self.random.random() < 0.08:
            recipients.append(self.random.choice([box for box in self.boxes if box != recipient]))
        return Mail("wanted", when, clients, lambda: sender, recipients, retries, is_new=is_new)

    def bulk(self, when, clients, domain, retries, codes):
        sender = f"bounce-{self.token()}@{domain}"
        mail = Mail("wanted", when, clients, lambda: sender, [self.random.choice(self.boxes)], retries, is_new=True)
        mail.is_code = self.random.random() < codes
        return mail

    def wanted(self, when):
        pick, host = self.random.choice, self.host
        kind = self.random.choices("mgfsdnw", (24, 20, 12, 10, 8, 12, 14))[0]
        if kind == "m":
            domain = f"tenant{self.random.randrange(400)}.example"
            mail = self.personal(kind, domain, when, lambda: Client(
                host(pick(self.microsoft)), f"mail-{self.token(9)}.outbound.protection.outlook.com"), MICROSOFT)
        elif kind == "g":
            domain = pick(["gmail.com"] * 3 + [f"gsuite{n}.example" for n in range(150)])
            mail = self.personal(kind, domain, when, lambda: Client(
                host(pick(self.google)), f"mail-wr1-f{self.random.randrange(100)}.google.com"), GOOGLE)
        elif kind == "f":
            n, addresses = pick(self.free)
            mail = self.personal(kind, f"freemail{n}.example", when, lambda: Client(
                pick(addresses), f"mout{self.random.randrange(9)}.freemail{n}.example"), FREE_MAIL[n])
        elif kind == "s":
            domain = pick((f"eu-west-1.amazonses.com", f"mail.app{self.random.randrange(60)}.example"))
            mail = self.bulk(when, lambda: Client(
                host(pick(self.ses)), f"a{self.random.randrange(99)}-{self.random.randrange(99)}.smtp-out.eu-west-1.amazonses.com"),
                domain, SERVICE, 0.25)
        elif kind == "d":
            domain, addresses = pick(self.shops)
            mail = self.bulk(when, lambda: Client(pick(addresses), f"o{self.random.randrange(1, 5)}.mail.{domain}"),
                             f"em.{domain}", SERVICE, 0.25)
        elif kind == "n":
            domain, networks = pick(self.newsletters)
            mail = self.bulk(when, lambda: Client(host(pick(networks)), f"mail{self.random.randrange(250)}.{domain}"),
                             f"m{self.random.randrange(40)}.{domain}", NEWSLETTER, 0)
        else:
            client, retries, domain = pick(self.servers)
            mail = self.personal(kind, domain, when, lambda: client, retries)
        chance = self.random.random()
        if chance < 0.007:
            mail.retries = []
        elif chance < 0.012:
            first = mail.sender()
            mail.sender = lambda: f"{self.token()}-{first}"
        return mail

    def bot(self, when):
        provider = self.random.randrange(150)

        def address():
            return f"{100 + provider % 100}.{provider}.{self.random.randrange(256)}.{self.random.randrange(1, 250)}"

        def named(its_address):
            dashed = its_address.replace(".", "-")
            return {"line": f"host-{dashed}.dyn.isp{provider}.example", "none": "unknown",
                    "hoster": f"vmi{its_address.replace('.', '')[:6]}.hoster{provider % 4}.example",
                    "own": f"srv.domain{self.random.randrange(10**6)}.example"}[looks]

        looks = self.random.choices(("line", "none", "hoster", "own"), (60, 25, 5, 10))[0]
        home = address()
        moves = self.random.random() < 0.2
        home_name = named(home)

        def client():
            its = address() if moves else home
            return Client(its, named(its) if moves else home_name)

        sender = f"{self.token(8)}@spam{self.random.randrange(400)}.example"
        patience = self.random.choices(("none", "minute", "queue"), (36, 31, 33))[0]
        retries = {"none": [], "minute": [self.random.randrange(5, 60)], "queue": self.random.choice(BOT_QUEUE)}[patience]
        return Mail("bot", when, client, lambda: sender, [self.random.choice(self.boxes)], retries)

    def snowshoe(self, day):
        domain = f"offer{self.random.randrange(10**6)}.example"
        networks = [f"185.{self.random.randrange(256)}.{self.random.randrange(256)}" for _ in range(10)]
        for _ in range(SNOWSHOE_MAILS):
            when = START + day * DAY + self.random.randrange(DAY - HOUR)
            sender = f"{self.token()}@{domain}"
            yield Mail("snowshoe", when, lambda: Client(self.host(self.random.choice(networks)), f"mx{self.random.randrange(10)}.{domain}"),
                       lambda sender=sender: sender, [self.random.choice(self.boxes)], SERVERS[0])

    def fortnight(self):
        for day in range(DAYS):
            for _ in range(WANTED_A_DAY):
                yield self.wanted(START + day * DAY + self.random.randrange(DAY))
            for _ in range(BOTS_A_DAY):
                yield self.bot(START + day * DAY + self.random.randrange(DAY))
            for _ in range(SNOWSHOE_A_DAY):
                yield from self.snowshoe(day)


class Filter:
    def __init__(self, folder, settings):
        options = {"state": folder / "state", "rules": "/nonexistent", "log": "none", "clock": "request"} | settings
        if options["rules"] == "large-senders":
            options["rules"] = folder / "rules.cdb"
            source = Path(__file__).resolve().parents[2] / "src/rules/large-senders.whitelist"
            subprocess.run([harness.GREYRULES, "compile", "-o", options["rules"], "--whitelist-clients", source],
                           check=True, stderr=subprocess.DEVNULL)
        arguments = [f"--{name}={value}" for name, value in options.items()]
        self.process = subprocess.Popen([harness.GREYONCE, "--config=/dev/null", "--until-eof", "--deadline=60", *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def passes(self, **attributes):
        self.process.stdin.write(harness.block(harness.request(**attributes)))
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        self.process.stdout.readline()
        assert answer.startswith(b"action="), answer
        return not answer.startswith(b"action=DEFER")

    def close(self):
        self.process.stdin.close()
        assert self.process.wait() == 0


def attempt(greylist, mail, number, now):
    """All recipients that have not passed, in one session."""
    client, sender = mail.clients(), mail.sender()
    for recipient in mail.recipients:
        if recipient not in mail.passed and greylist.passes(
                client_address=client.address, client_name=client.name, sender=sender, recipient=recipient,
                instance=f"{id(mail):x}.{number}", policy_test_time=now):
            mail.passed[recipient] = now - mail.when


def run(settings):
    """The counted half of the mails, as they went."""
    mails = sorted(Site(SEED).fortnight(), key=lambda mail: mail.when)
    with tempfile.TemporaryDirectory(prefix="greyonce-bench-") as name:
        greylist = Filter(Path(name), settings)
        events = [(mail.when, order, 0) for order, mail in enumerate(mails)]
        heapq.heapify(events)
        while events:
            now, order, number = heapq.heappop(events)
            mail = mails[order]
            attempt(greylist, mail, number, now)
            if len(mail.passed) < len(mail.recipients) and number < len(mail.retries):
                heapq.heappush(events, (mail.when + int(mail.retries[number]), order, number + 1))
        greylist.close()
    return [mail for mail in mails if mail.when >= START + DAYS // 2 * DAY]


def share(part, whole):
    return f"{100 * len(part) / max(1, len(whole)):.1f}"


def row(name, mails):
    wanted = [mail for mail in mails if mail.kind == "wanted"]
    waits = [mail.passed.get(recipient) for mail in wanted for recipient in mail.recipients]
    got = [wait for wait in waits if wait is not None]
    new = [mail.passed.get(mail.recipients[0]) for mail in wanted if mail.is_new]
    codes = [mail.passed.get(mail.recipients[0]) for mail in wanted if mail.is_code]
    several = [mail for mail in wanted if len(mail.recipients) > 1]
    bots = [mail for mail in mails if mail.kind == "bot"]
    snowshoe = [mail for mail in mails if mail.kind == "snowshoe"]
    at_once = lambda group: [mail for mail in group if 0 in mail.passed.values()]
    return [name, share([w for w in waits if w != 0], waits), f"{sum(got) / max(1, len(got)) / MINUTE:.1f}",
            share([w for w in got if w > HOUR], waits), share([w for w in waits if w is None], waits),
            share([w for w in new if w != 0], new), share([w for w in codes if w is None or w > CODE_LIVES], codes),
            share([mail for mail in several if len(set(mail.passed.get(r) for r in mail.recipients)) > 1], several),
            share([mail for mail in bots if mail.passed], bots), share(at_once(bots), bots),
            share(at_once(snowshoe), snowshoe)]


def main():
    table.show(f"A made-up fortnight (seed {SEED}, {DAYS} days, the second half counted): shares in %",
               ["settings", "wanted mail waits", "minutes in the mean", "over an hour", "lost", "new senders wait",
                "codes late", "partly deferred", "bots in", "bots at once", "snowshoe at once"],
               [row(name, run(settings)) for name, settings in SETTINGS.items()])


if __name__ == "__main__":
    main()
