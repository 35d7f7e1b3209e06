"""Recipients a second of Exims that answer in turns, eight sessions at a time, each open before the clock runs."""

import concurrent.futures
import itertools
import random
import shutil
import threading
import time

import harness
from bench import world
from exim.daemon import USER, EximCase

SESSIONS = 8
EACH = 25  # recipients of a session in a round


def in_turns(benches, rounds, **asked):
    """Each bench's rates, round by round, in another order each round; `benches`: a dict."""
    rates = {name: [] for name in benches}
    for _ in range(rounds):
        for name, bench in random.sample(list(benches.items()), len(benches)):
            rates[name].append(bench.rate(**asked))
    return rates


class Bench(EximCase):
    """An Exim and what it asks, for the time of a `with`; its filter has the world's rules and a state of its own."""

    def __enter__(self):
        self.setUp()
        self.unasked = itertools.count(EACH, EACH)  # those before it are known
        return self

    def __exit__(self, *_):
        self.doCleanups()

    def give_world(self, program=harness.GREYONCE, **settings):
        shutil.copy(program, self.program)
        state = world.copy_of_state(world.MILLION, self.folder / "state/state")
        world.import_into(state, (world.triplet(f"192.0.{session}.0", "alice@example.net", f"bob{number}@example.org")
                                  for session in range(SESSIONS) for number in range(EACH)))
        shutil.chown(state, USER, USER)
        rules = shutil.copy(world.rules(world.MILLION), self.folder / "rules.cdb")
        world.write_configuration(self.configuration, state=state, rules=rules, **settings)

    def session(self, number, ready, first, code):
        """Recipients numbered from `first`, each answered by `code`, once all the sessions are ready."""
        with self.smtp(f"192.0.{number}.1") as smtp:
            smtp.mail("alice@example.net")
            ready.wait()
            for recipient in range(first, first + EACH):
                reply = smtp.rcpt(f"bob{recipient}@example.org")
                assert reply.code == code, reply
            return time.monotonic()

    def rate(self, first=0, code=250):
        """Recipients a second; without a `first`, such as were not asked about yet."""
        if first is None:
            first = next(self.unasked)
        ready = threading.Barrier(SESSIONS + 1, timeout=harness.PATIENCE)
        with concurrent.futures.ThreadPoolExecutor(SESSIONS) as pool:
            ends = [pool.submit(self.session, number, ready, first, code) for number in range(SESSIONS)]
            ready.wait()
            begin = time.monotonic()
            return SESSIONS * EACH / (max(end.result() for end in ends) - begin)
