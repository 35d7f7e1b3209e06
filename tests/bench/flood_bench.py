"""What made-up mails do to a state: whether strangers wait, and pass when they come again, and whether the known pass.

Scaled down: a state of an Nth of the size and an Nth of the mails in the same time, so that a record lives as long as it
would. The same at several N shows whether that holds. (The roots, 1 MiB, are there at any size: a small state is a little
better than it would be, above all for who passed once. An IPv6 /48 has as many networks at any N.)
"""

import heapq
import itertools
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import harness
from bench import table, world

NOW = 1_700_000_000
HOUR = 3600
DAY = 24 * HOUR
RATE = 50  # RCPTs a second
RETRY = 301
BACK_AFTER = 900  # a stranger's server comes again so much later
SAMPLE = 300
BATCH = 50
MIB = 1 << 20
# MiB, days, N. The smaller one is full within hours: a day is as long as a week.
CASES = [(64, 1, 64), (1024, 7, 512), (64, 1, 32), (1024, 7, 256), (64, 1, 16), (1024, 7, 128)]


def long_names(i):
    return f"m{i}x{'%' * 490}@x.example", f"bob+{'%' * 100}{'p' * 100}@here.example"


def short_names(i):
    return f"m{i}xy@x{i % 1000}.example", "bob@here.example"


def one_host(_, __):
    return "198.18.0.7"


def another_host_each(hours):
    def host(_, at):
        number = (at - NOW) // HOUR // hours
        return f"198.{18 + number // 250}.{number % 250}.7"
    return host


def any_of_an_ipv6_48(i, _):
    return f"2001:db8:0:{i % 65536:x}::{i:x}"


# The mails: who sends them, their names, and how often each is tried. A host that passes in five hours is whitelisted.
SHAPES = {
    "never tried again": (one_host, short_names, 1),
    "never tried again, names of `%`": (one_host, long_names, 1),
    "pass once": (another_host_each(3), short_names, 2),
    "pass once, names of `%`": (another_host_each(3), long_names, 2),
    "pass once, hosts that are whitelisted in time": (another_host_each(6), long_names, 2),
    "pass once, from an IPv6 /48": (any_of_an_ipv6_48, short_names, 2),
    "pass twice, names of `%`": (another_host_each(3), long_names, 3),
}


class Filter:
    """One process that answers all."""

    def __init__(self, state, size):
        self.child = subprocess.Popen([harness.GREYONCE, "--config", "/dev/null", "--state", state, "--log", "none", "--clock",
                                       "request", "--until-eof", "--max-state-size", str(size)],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.communicate()

    def waits(self, mails):
        """Of each of them, whether it has to wait."""
        self.child.stdin.write(b"".join(harness.block(harness.request(
            client_address=client, client_name="unknown", sender=sender, recipient=recipient, policy_test_time=at))
            for at, (client, sender, recipient) in mails))
        self.child.stdin.flush()
        answers = []
        for _ in mails:
            answers.append(self.child.stdout.readline().startswith(b"action=DEFER"))
            self.child.stdout.readline()
        return answers


def flood(shape, seconds, scale):
    """(when, a mail), of all attempts in order."""
    host, names, attempts = SHAPES[shape]
    between = attempts * scale / RATE
    first = [(NOW + int(i * between), i) for i in range(int(seconds / between))]
    tries = [[(at + number * RETRY, i, at) for at, i in first] for number in range(attempts)]
    for at, i, begin in heapq.merge(*tries):
        if at < NOW + seconds:
            yield at, (host(i, begin), *names(i))


def numbered(name, client, count=SAMPLE):
    return [(client.format(i % 250), f"{name}{i}y@example.net", "bob@here.example") for i in range(count)]


def remembered(mails, last, count):
    return [f"T {last - 90000 * (count > 1) - 400} {last} {count:06} {client.rsplit('.', 1)[0]}.0 {sender} {recipient}\n"
            for client, sender, recipient in mails]


def shares(folder, size, days, shape, scale):
    """Of strangers, who waits, and who passes 15 minutes later; of those who were known at the beginning and come back at the
    end, and of those who passed once four hours before the end, who passes."""
    seconds = days * DAY
    state = folder / "state"
    often, once = numbered("often", "203.0.113.{}"), numbered("once", "203.0.113.{}")
    subprocess.run([harness.GREYSTATE, "import", state, "--from", "greyonce"], check=True, stderr=subprocess.DEVNULL,
                   input="".join(remembered(often, NOW - 10, 9)).encode())
    strangers = numbered("stranger", "192.0.{}.9")
    chance = random.Random(1)
    begins = [chance.randrange(NOW + seconds // 2, NOW + seconds - BACK_AFTER) for _ in strangers]
    others = [(at, mail) for at, mail in zip(begins, strangers)]
    others += [(at + BACK_AFTER, mail) for at, mail in others]
    late = [(NOW + seconds - 4 * HOUR + more, mail) for more in (0, RETRY) for mail in once]
    asked = set(strangers)
    waited, passed = set(), set()
    most = 257 * 4096 + size * MIB // scale
    with Filter(state, most) as asking:
        mails = heapq.merge(flood(shape, seconds, scale), sorted(others + late), key=lambda mail: mail[0])
        while batch := list(itertools.islice(mails, BATCH)):
            for (_, mail), waits in zip(batch, asking.waits(batch)):
                if mail in asked:
                    (passed if mail in waited and not waits else waited if waits else set()).add(mail)
        end = NOW + seconds
        still = [asking.waits([(end, mail) for mail in known]).count(False) / SAMPLE for known in (often, once)]
    if state.stat().st_size < most - 4096:
        raise AssertionError(f"{shape}: the flood did not fill the state")
    return [len(waited) / SAMPLE, len(passed) / SAMPLE, *still]


def main():
    rows = []
    for (size, days, scale), shape in itertools.product(CASES, SHAPES):
        with tempfile.TemporaryDirectory(prefix="greyonce-bench-", dir=world.KEPT) as folder:
            figures = shares(Path(folder), size, days, shape, scale)
        rows.append([f"{size} MiB", f"1/{scale}", shape, *(f"{100 * figure:.0f} %" for figure in figures)])
        print(*rows[-1], file=sys.stderr, flush=True)
    table.show(f"{RATE} made-up RCPTs a second, for a week",
               ["state", "scaled to", "the mails", "strangers wait", f"and pass {BACK_AFTER} s later",
                "known by nine mails pass", "passed once 4 h ago: pass"], rows)


if __name__ == "__main__":
    main()
