"""Compiling a million entries of each kind, beside `cdb -c` over the same keys, which neither reads nor checks them."""

import os
import random
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import harness
from bench import table

COUNT = 1_000_000
ROUNDS = 9


@dataclass
class Runs:
    """One party's, round by round, in seconds."""

    elapsed: list = field(default_factory=list)
    busy: list = field(default_factory=list)
    peak: int = 0  # KiB

    def add(self, command):
        begin = time.perf_counter()
        process = subprocess.Popen([str(word) for word in command])
        _, status, used = os.wait4(process.pid, 0)
        self.elapsed.append(time.perf_counter() - begin)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, command
        self.busy.append(used.ru_utime + used.ru_stime)
        self.peak = max(self.peak, used.ru_maxrss)


def domain(number):
    return f"mail{number}.pool-{number * 7919 % 5003}.example.net"


def address(number):
    return ".".join(str(part) for part in (number * 2_654_435_761 % 2**32).to_bytes(4, "big"))


def network(number):
    """None twice: the upper 24 bits count."""
    return f"{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}.{number % 4 * 64}/{26 + number % 4 % 3}"


def client(number):
    return (domain, address, network)[number % 3](number)


def key_of(entry):
    return f"client {entry}" if entry[0].isdigit() else f"client .{entry}"


def mailbox(number):
    return f"user{number}@{domain(number)}"


# Of each kind how greyrules is told of the source, a line of it, and the key that it is filed under.
KINDS = {
    "domains, whitelist_clients": (["--whitelist-clients"], domain, lambda n: key_of(domain(n))),
    "addresses, whitelist_clients": (["--whitelist-clients"], address, lambda n: key_of(address(n))),
    "all of these and networks": (["--whitelist-clients"], client, lambda n: key_of(client(n))),
    "IPv6 addresses": (["--whitelist-clients"], lambda n: f"2001:db8:{n >> 16:x}:{n & 0xffff:x}::25",
                       lambda n: f"client 2001:db8:{n >> 16:x}:{n & 0xffff:x}::25"),
    "mailboxes, whitelist_recipients": (["--whitelist-recipients"], mailbox, lambda n: f"recipient {mailbox(n)}"),
    "rules, client … pass": ([], lambda n: f"{key_of(client(n))} pass", lambda n: key_of(client(n))),
    "rules, sender … greylist delay=…": ([], lambda n: f"sender {mailbox(n)} greylist delay={n % 900}",
                                         lambda n: f"sender {mailbox(n)}"),
}


def write_sources(folder, line, key):
    """The same entries for either party, in an order in which no two neighbours are alike."""
    numbers = list(range(COUNT))
    random.Random(5).shuffle(numbers)
    entries, records = folder / "entries", folder / "records"
    with open(entries, "w", encoding="ascii") as ours, open(records, "w", encoding="ascii") as theirs:
        for number in numbers:
            ours.write(f"{line(number)}\n")
            theirs.write(f"+{len(key(number))},4:{key(number)}->pass\n")
        theirs.write("\n")
    return entries, records


def sync_cost(path):
    """Seconds to put a file of that size on the disk, which `cdb -c` leaves undone."""
    with tempfile.NamedTemporaryFile(dir=path.parent) as copy:
        copy.write(path.read_bytes())
        copy.flush()
        begin = time.perf_counter()
        os.fsync(copy.fileno())
        return time.perf_counter() - begin


def row(folder, name):
    option, line, key = KINDS[name]
    entries, records = write_sources(folder, line, key)
    ours, theirs, synced = Runs(), Runs(), []
    for _ in range(ROUNDS):
        theirs.add(["cdb", "-c", folder / "keys.cdb", records])
        synced.append(theirs.elapsed[-1] + sync_cost(folder / "keys.cdb"))
        ours.add([harness.GREYRULES, "compile", "-o", folder / "rules.cdb", *option, entries])
    return [name, f"{statistics.median(theirs.elapsed):.2f}", f"{statistics.median(ours.elapsed):.2f}",
            table.spread(ours.elapsed, theirs.elapsed), table.spread(ours.elapsed, synced),
            table.spread(ours.busy, theirs.busy), f"{ours.peak / 1024:.0f}"]


def main():
    with tempfile.TemporaryDirectory(prefix="greyonce-bench-") as name:
        rows = [row(Path(name), kind) for kind in KINDS]
    table.show(f"Compiling {COUNT:,} entries, and cdb -c over their keys ({ROUNDS} rounds)",
               ["entries", "cdb -c, s", "greyrules, s", "in terms of cdb -c", "of cdb -c and fsync", "processor time", "peak, MiB"],
               rows)


if __name__ == "__main__":
    main()
