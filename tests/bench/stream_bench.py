"""One process for many requests, --until-eof, beside postgrey: the same requests to both, each over one connection. As
Postfix keeps it: to a process at a listening socket, over TCP as postgrey's.

postgrey has every record on the disk before it answers (fdatasync), which greyonce does with --sync only: how far it is
behind depends on the disk, and on who else writes to it.
"""

import socket
import statistics
import subprocess
import time

import harness
from bench import processes, table, world
from greylist.postgrey import Postgrey

ROUNDS = 40
EACH = 100  # requests in a round
FILED = 50_000  # requests in a file: so many touch most of its pages
FILES = 9

# How many requests go out together, and greyonce's further options.
WAYS = {
    "one after the other": (1, ()),
    f"{EACH} at a time": (EACH, ()),
    "one after the other, --sync": (1, ("--sync",)),
}
AT_A_SOCKET = "one after the other, at a listening socket"


class Bench(harness.Case):
    """A place for a server, for the time of a `with`."""

    def __enter__(self):
        self.setUp()
        return self

    def __exit__(self, *_):
        self.doCleanups()


def make_known(postgrey):
    """The triplets that our state has already."""
    for wait in (2, 0):
        for number in range(EACH):
            postgrey.ask(world.known(number))
        time.sleep(wait)


def served(bench, greyonce):
    """The port of a listening socket that greyonce serves."""
    listening = socket.create_server((harness.LOOPBACK, 0))
    server = subprocess.Popen(list(map(str, greyonce)), stdin=listening, stdout=listening, stderr=subprocess.DEVNULL)
    bench.addCleanup(server.wait)
    bench.addCleanup(server.kill)
    return listening.getsockname()[1]


def conversations(bench, postgrey, greyonce, kind):
    """Microseconds a request, round by round: postgrey's, and ours in each of the WAYS, and at a socket."""
    requests = bench.folder / "requests"
    requests.write_bytes(b"".join(harness.block(kind(number)) for number in range(EACH)))
    port = postgrey.connection.getpeername()[1]
    ours = [word for at_once, options in WAYS.values() for word in ("--", at_once, *greyonce, *options)]
    ours += ["--", 1, "tcp", served(bench, greyonce)]
    lines = processes.output([world.KEPT / "talk_bench", ROUNDS, requests, 1, "tcp", port, *ours])
    return zip(*(map(float, line.split()) for line in lines.splitlines()))


def from_files(bench, postgrey, greyonce, kind):
    """The same of ours for requests that lie in a file, and postgrey's in turns with it."""
    requests, filed = bench.folder / "requests", bench.folder / "filed"
    requests.write_bytes(b"".join(harness.block(kind(number)) for number in range(EACH)))
    port = postgrey.connection.getpeername()[1]
    for turn in range(FILES):
        blocks = b"".join(harness.block(kind(number)) for number in range(turn * FILED, (turn + 1) * FILED))
        filed.write_bytes(blocks.replace(b"#######", b"%07d" % turn))
        theirs = float(processes.output([world.KEPT / "talk_bench", 1, requests, 1, "tcp", port]))
        with open(filed, "rb") as questions:
            begin = time.perf_counter()
            subprocess.run([*greyonce], stdin=questions, stdout=subprocess.DEVNULL, check=True)
            yield theirs, (time.perf_counter() - begin) / FILED * 1e6


def main():
    rows = []
    with Bench() as bench:
        greyonce = [harness.GREYONCE, "--config", world.of_a_million(bench.folder), "--until-eof"]
        postgrey = Postgrey(bench, bench.folder, "--delay=1")
        make_known(postgrey)
        for kind in world.known, world.new:
            theirs, *ours = conversations(bench, postgrey, greyonce, kind)
            for way, times in zip([*WAYS, AT_A_SOCKET], ours):
                rows.append([f"{kind.__name__} triplets, {way}", f"{statistics.median(theirs):.0f}",
                             f"{statistics.median(times):.1f}", table.spread(theirs, times)])
            theirs, times = zip(*from_files(bench, postgrey, greyonce, kind))
            rows.append([f"{kind.__name__} triplets, from a file", f"{statistics.median(theirs):.0f}",
                         f"{statistics.median(times):.1f}", table.spread(theirs, times)])
    table.show(f"--until-eof, one process; rules and state of {world.MILLION:,} entries; {ROUNDS} rounds of {EACH} requests",
               ["requests", "postgrey, one after the other, µs", "greyonce, µs",
                "greyonce's decisions in terms of postgrey's"], rows)


if __name__ == "__main__":
    main()
