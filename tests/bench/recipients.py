"""Recipients a second of Exims that answer in turns, eight sessions at a time, each open before the clock runs."""

import itertools
import os
import random
import shutil
import subprocess

import harness
from bench import world
from exim.daemon import USER, EximCase
from postfix.instance import PostfixCase

SESSIONS = 8
EACH = 25  # recipients of a session
# So often in a turn: others' turns have emptied the processor's caches, and a server with a large memory takes a few hundred
# recipients to fill them again. A mail server that has one greylist knows nothing of that.
RUNS = 5


def in_turns(benches, rounds, **asked):
    """Each bench's rates, round by round, in another order each round; `benches`: a dict."""
    rates = {name: [] for name in benches}
    for _ in range(rounds):
        for name, bench in random.sample(list(benches.items()), len(benches)):
            rates[name].append(bench.rate(**asked))
    return rates


def processor_time():
    """Seconds of all that descends from this process, whether it runs or has ended; only one bench works at a time."""
    ticks, waiting = 0, [os.getpid()]
    while waiting:
        pid = waiting.pop()
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                own = list(map(int, stat.read().rpartition(")")[2].split()[11:15]))
            ticks += sum(own[2:] if pid == os.getpid() else own)
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as children:
                    waiting.extend(map(int, children.read().split()))
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has just ended, and its parent has its time
    return ticks / os.sysconf("SC_CLK_TCK")


class Sessions:
    """Eight sessions at a time with a mail server, for the time of a `with`; how long each reply took is kept."""

    def __enter__(self):
        self.setUp()
        self.unasked = itertools.count(EACH, EACH)  # those before it are known
        self.forget()
        return self

    def __exit__(self, *_):
        self.doCleanups()

    def forget(self):
        """What was measured so far."""
        self.replies = []  # microseconds
        self.processor = 0.0

    def rate(self, first=0, code=250):
        """Recipients a second, each answered by `code`; without a `first`, such as were not asked about yet."""
        self.limit_the_wait()  # of a turn, however many there are
        before, took, count = processor_time(), 0.0, 0
        for _ in range(RUNS):
            begins = next(self.unasked) if first is None else first
            told = subprocess.run([world.SESSIONS, *map(str, (self.port, SESSIONS, begins, EACH, code))], check=True,
                                  capture_output=True, text=True).stdout.split()
            seconds, own, *replies = map(float, told)
            before += own
            took += seconds
            count += len(replies)
            self.replies += replies
        self.processor += processor_time() - before
        return count / took


class World:
    """A filter with the world's rules and a state of its own, in which the clients' first recipients are known."""

    def give_world(self, program=harness.GREYONCE, elsewhere=None, size=world.MILLION, **settings):
        """`size`: of its rules and records; `elsewhere`: a state in place of one of its own, with the world's records."""
        shutil.copy(program, self.program)
        state = elsewhere or world.copy_of_state(size, self.folder / "state/state")
        world.import_into(state, (world.triplet(f"192.0.{session}.0", "alice@example.net", f"bob{number}@example.org")
                                  for session in range(SESSIONS) for number in range(EACH)))
        if not elsewhere:
            shutil.chown(state, USER, USER)
        rules = shutil.copy(world.rules(size), self.folder / "rules.cdb")
        world.write_configuration(self.configuration, state=state, rules=rules, **settings)


class Bench(World, Sessions, EximCase):
    """An Exim, and what it asks."""


class PostfixBench(World, Sessions, PostfixCase):
    """A Postfix, and what it asks."""
