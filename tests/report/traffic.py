"""Made-up mail whose figures are known: who made it knows each mail's end, and nothing is read back from a log.

Each mail has a sender of its own, so that what becomes of one says nothing of another. Times are UTC seconds.
"""

import random
import zlib
from dataclasses import dataclass, field

DELAY = 300
WINDOW = 2 * 86400
START = 1_700_006_400  # 2023-11-15 00:00 UTC
HOSTILE = [  # lines of other programs, and values that would be more than values
    ("postfix/smtpd", "NOQUEUE: reject: greyonce[1]: action=pass, reason=rule, client_name=x, client_address=192.0.2.1, "
                      "sender=a@b.example, recipient=c@d.example"),
    ("sshd", "Connection closed by greyonce: action=reject, reason=rule, client_name=x, client_address=192.0.2.1"),
    ("greyonced", "action=pass, reason=rule, client_name=x, client_address=192.0.2.1, recipient=c@d.example"),
    ("postgrey", "action=greylist, reason=new, client_name=x, client_address=192.0.2.1, sender=a@b.example, recipient=c@d.example"),
    ("kernel", "x" * 3000),
    ("cron", "<script>alert(1)</script> greyonce[7]: warning: forged"),
]


@dataclass
class Known:
    """What a report of all of it has to say."""

    requests: dict = field(default_factory=dict)  # by outcome, as in JSON
    waited: list = field(default_factory=list)    # seconds, of those that came back
    never: int = 0
    gave_up: int = 0
    open: int = 0
    several: int = 0
    organisations: dict = field(default_factory=dict)  # name: [came back, seconds, did not]
    rules: dict = field(default_factory=dict)
    warnings: int = 0
    rates: list = field(default_factory=list)
    tokens: dict = field(default_factory=dict)
    dry_run: int = 0

    def count(self, outcome):
        self.requests[outcome] = self.requests.get(outcome, 0) + 1


def line(action, reason, client, address, sender, recipient, *, delay=None, rule=None, queue="", dry=False, more=""):
    return (f"{queue}action={action}, reason={reason}" + (f", delay={delay}" if delay is not None else "")
            + f", client_name={client}, client_address={address}" + (f", sender={sender}" if sender else "")
            + f", recipient={recipient}" + (f", rule={rule}" if rule else "") + more + (", dry-run" if dry else ""))


class Traffic:
    """`mails` made-up mails within `days`; `texts` has (time, text) of the filter in order, `known` what they amount to."""

    def __init__(self, mails, days=7, seed=1, start=START):
        self.random = random.Random(seed)
        self.start, self.end = start, start + days * 86400
        self.known = Known()
        self.made = []
        kinds = [self.wanted, self.bot, self.stubborn_bot, self.seen_before, self.by_rule, self.weighed, self.other]
        for number in range(mails):
            kind, = self.random.choices(kinds, [25, 30, 5, 25, 8, 5, 2])
            kind(number, self.start + int(self.random.random() * days * 86400))
        self.made.sort(key=lambda made: made[0])
        self.texts = [made[:2] for made in self.made]

    def say(self, at, text):
        if at < self.end:
            self.made.append((at, text, len(self.made)))
            return True
        return False

    def recipient(self):
        return f"box{int(self.random.paretovariate(1)) % 500}@example.org"

    # --- mail that waits ---

    def attempts(self, at, client, servers, sender, recipient, retries):
        """Tries at `at` and, by the filter's rule, later: (after so long, from which server). Ends with the first that passes."""
        begun = {}
        last, count = at, 0
        for after, server in [(0, 0), *retries]:
            now, address = at + after, servers[server]
            network = address.rsplit(".", 1)[0]
            since = now - begun.setdefault(network, now)
            name = client.format(server) if client != "unknown" else client
            queue = self.random.choice(("", "4XyZ12: "))
            if since >= DELAY:
                if not self.say(now, line("pass", "triplet found", name, address, sender, recipient, delay=since, queue=queue)):
                    break
                self.known.count("known_triplet")
                return "came", after, len(begun)
            reason = "new" if since == 0 else f"early-retry ({DELAY - since}s missing)"
            if not self.say(now, line("greylist", reason, name, address, sender, recipient, queue=queue)):
                del begun[network]
                break
            self.known.count("first_attempt" if since == 0 else "early_retry")
            last, count = now, count + 1
        if self.end - 1 - last <= WINDOW:
            return "open", None, len(begun)
        return ("never" if count == 1 else "gave up"), None, len(begun)

    def note(self, organisation, ended, after, networks):
        row = self.known.organisations.setdefault(organisation, [0, 0, 0])
        self.known.several += networks > 1
        if ended == "came":
            self.known.waited.append(after)
            row[0] += 1
            row[1] += after
        elif ended == "open":
            self.known.open += 1
        else:
            row[2] += 1
            self.known.never += ended == "never"
            self.known.gave_up += ended == "gave up"

    def wanted(self, number, at):
        which = int(self.random.paretovariate(0.8)) % 3000
        organisation = f"firm{which}.example"
        is_pool = which % 5 == 0
        servers = [f"10.{which // 250}.{(which % 250) if not is_pool else server * 7 + which % 5}.{server + 1}" for server in range(4)]
        gaps = self.random.choice([(60, 300, 900, 3600), (900, 1800, 7200), (310,), (120, 130, 140, 3600, 14400)])
        retries, after = [], 0
        for gap in gaps * 4:
            after += gap
            retries.append((after, self.random.randrange(4) if is_pool else 0))
        sender = f"Person.{number}x+tag{number}@mail.{organisation}"
        self.note(organisation, *self.attempts(at, f"mx{{}}.out.{organisation}", servers, sender, self.recipient(), retries))

    def bot(self, number, at):
        network = f"172.{16 + number % 16}.{self.random.randrange(250)}"
        name = self.random.choice(["unknown", f"dyn-{number}.pool{number % 300}.example"])
        organisation = f"{network}.0/24" if name == "unknown" else f"pool{number % 300}.example"
        sender = f"made{number}up@elsewhere.example" if number % 3 else ""
        # Without a sender, mail is told apart by network and recipient alone.
        recipient = self.recipient() if sender else f"bounce{number}@example.org"
        self.note(organisation, *self.attempts(at, name, [f"{network}.{number % 250}"], sender, recipient, []))

    def stubborn_bot(self, number, at):
        retries = [(self.random.randrange(1, 200), 0) for _ in range(self.random.randrange(1, 4))]
        network = f"192.168.{self.random.randrange(250)}"
        self.note(f"{network}.0/24", *self.attempts(at, "unknown", [f"{network}.7"], f"again{number}x@elsewhere.example",
                                                   self.recipient(), sorted(retries)))

    # --- mail that does not ---

    def seen_before(self, number, at):
        reason, outcome = self.random.choice([("triplet found", "known_triplet"), ("client AWL", "known_client"),
                                              ("client whitelist", "whitelist"), ("no opinion", "no_opinion"),
                                              ("authenticated", "not_asked")])
        rule = f"/etc/greyonce/whitelist_clients:{number % 40 + 1}" if outcome == "whitelist" else None
        if self.say(at, line("pass", reason, "mx.known.example", "203.0.113.9", f"known{number}x@known.example", self.recipient(),
                             rule=rule)):
            self.known.count(outcome)
            self.hit(rule)

    def hit(self, rule):
        if rule:
            self.known.rules[rule] = self.known.rules.get(rule, 0) + 1

    def by_rule(self, number, at):
        action, outcome = self.random.choice([("pass", "rule"), ("reject", "refused_by_rule"), ("defer", "deferred_by_rule")])
        rule = f"rules:{int(self.random.paretovariate(1)) % 100 + 1}"
        if self.say(at, line(action, "rule", "mx.ruled.example", "198.51.100.4", f"ruled{number}x@ruled.example", self.recipient(),
                             rule=rule)):
            self.known.count(outcome)
            self.hit(rule)

    def weighed(self, number, at):
        rate = round(self.random.uniform(-9, 12), 2)
        tokens = {"CL_IP_EQ_HELO_IP": -2.0, "IN_SPAMCOP": 3.75, "FROM/MX_MATCHES_HELO(DOMAIN)": -2.0}
        found = [name for name in tokens if self.random.random() < 0.5]
        text = (f"weighted check: rate: {rate:g}; <to={self.recipient()}> <from=w{number}@weighed.example> "
                f"<client=mx.weighed.example[198.51.100.5]> <helo=mx>; dns: {number % 900} ms;"
                + "".join(f" {name}={tokens[name]:g}" for name in found))
        if not self.say(at, text):
            return
        self.known.rates.append(rate)
        for name in found:
            self.known.tokens[name] = self.known.tokens.get(name, 0) + 1
        action, outcome = ("reject", "refused_by_weight") if rate > 4 else ("pass", "weight")
        self.say(at, line(action, f"weight (rate: {rate:g})", "mx.weighed.example", "198.51.100.5", f"w{number}@weighed.example",
                          self.recipient()))
        self.known.count(outcome)

    def other(self, number, at):
        choice = self.random.randrange(4)
        if choice == 0 and self.say(at, f"warning: ask inet:127.0.0.1:{number}: Connection refused: going on without its answer"):
            self.known.warnings += 1
        elif choice == 1 and self.say(at, line("greylist", "new", "mx.dry.example", "198.51.100.6", f"dry{number}@dry.example",
                                               self.recipient(), dry=True)):
            self.known.count("first_attempt")
            self.known.dry_run += 1
        elif choice == 2 and self.say(at, line("reject", "asked unix:/run/spf.sock", "mx.spf.example", "198.51.100.7",
                                               f"spf{number}@spf.example", self.recipient(), more=", client_key=spf.example")):
            self.known.count("refused_by_server")
        elif choice == 3 and self.say(at, line("pass", "trouble", "mx.trouble.example", "198.51.100.8",
                                               f"trouble{number}@trouble.example", self.recipient())):
            self.known.count("trouble")


# --- as a log has it ---

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def classic(time, program, text):
    """rsyslog's traditional format, and `journalctl -o short`. In UTC: the test's time zone."""
    at = time_of(time)
    return f"{MONTHS[at.tm_mon - 1]} {at.tm_mday:2} {at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} mx {program}[4711]: {text}\n"


def time_of(time):
    import time as clock
    return clock.gmtime(time)


def stamp(time, zone=0):
    at = time_of(time + zone * 3600)
    return f"{at.tm_year}-{at.tm_mon:02}-{at.tm_mday:02}T{at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02}"


def rfc3339(time, program, text):
    return f"{stamp(time, 2)}.{zlib.crc32(text.encode()) % 1000000:06}+02:00 mx {program}[4711]: {text}\n"


def rfc5424(time, program, text):
    return f"<22>1 {stamp(time)}.5Z mx {program} 4711 - - {text}\n"


def short_iso(time, program, text):
    return f"{stamp(time, -5)}-0500 mx {program}[4711]: {text}\n"


def journal(time, program, text):
    fields = (f"__CURSOR=s=1;i={time}\n__REALTIME_TIMESTAMP={time}000123\n__MONOTONIC_TIMESTAMP=1\n_TRANSPORT=syslog\n"
              f"PRIORITY=6\nSYSLOG_IDENTIFIER={program}\nSYSLOG_PID=4711\n_COMM={program}\nMESSAGE={text}\n")
    return fields + "\n"


FORMATS = {"classic": classic, "rfc3339": rfc3339, "rfc5424": rfc5424, "short_iso": short_iso, "journal": journal}


def logged(texts, written, others=HOSTILE, seed=2):
    """Pieces of a log, with lines of others between."""
    chance = random.Random(seed)
    for time, text in texts:
        if others and chance.random() < 0.2:
            yield written(time, *chance.choice(others))
        yield written(time, "greyonce", text)
