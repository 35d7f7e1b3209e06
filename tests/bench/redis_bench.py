"""A state that Redis keeps, on this machine, beside the file: whole processes; the ways in of Exim; the server's memory."""

import contextlib
import re
import statistics
import tempfile
from pathlib import Path

import harness
from bench import processes, recipients, table, world
from bench.processes import Party
from servers import starters
from store.redis_server import Redis

ROUNDS = 500
EXIM_ROUNDS = 15


class Kept(harness.Case):
    """A server with a million records, for the time of a `with`."""

    def __enter__(self):
        self.setUp()
        self.redis = Redis(self, self.folder / "redis", "--unixsocketperm", "777")
        empty = self.memory()
        world.import_into(f"redis:{self.redis.by_unix}", world.records(world.MILLION))
        self.bytes = self.memory() - empty
        return self

    def __exit__(self, *_):
        self.doCleanups()

    def memory(self):
        return int(re.search(r"^used_memory:(\d+)", self.redis.ask("INFO", "memory"), re.MULTILINE)[1])

    @property
    def states(self):
        return {"Redis, unix socket": f"redis:{self.redis.by_unix}", "Redis, TCP loopback": f"redis:{self.redis.by_inet}"}


def whole_processes(kept):
    with tempfile.TemporaryDirectory(prefix="greyonce-bench-") as name:
        folder = Path(name)
        questions = {"known": world.standard(folder, world.known), "new": world.standard(folder, world.new)}
        parties = {"an empty static C program": Party([world.EMPTY], questions["known"])}
        states = {"file": world.copy_of_state(world.MILLION, folder / "state")} | kept.states
        for number, (where, state) in enumerate(states.items()):
            configuration = world.write_configuration(folder / f"{number}.conf", rules=world.rules(world.MILLION), state=state)
            for kind, question in questions.items():
                parties[f"{kind} triplet, {where}"] = Party([harness.GREYONCE, "--config", configuration], question)
        runs = processes.in_turns(ROUNDS, parties)
    empty, *_ = runs.values()
    table.show(f"One process a request; rules and state of {world.MILLION:,} entries; {ROUNDS} rounds in turns (quartiles)",
               ["process", "µs", "in terms of the empty program", "page faults beyond it"],
               [[name, run.time, run.ratio, run.page_faults - empty.page_faults] for name, run in runs.items()])


def under_exim(kept):
    states = {"file": None} | kept.states
    ways = {"`${run}`": ("run", None), "inetd, unix, wait": ("unix", starters.inetd_wait)}
    with contextlib.ExitStack() as stack:
        benches = {}
        for way, (piece, server) in ways.items():
            for where, state in states.items():
                bench = stack.enter_context(recipients.Bench())
                bench.give_world(elsewhere=state)
                bench.start_exim(piece, server=server)
                benches[way, where] = bench
        rates = recipients.in_turns(benches, EXIM_ROUNDS)
    table.show("Exim, recipients a second (eight sessions of 25, known triplets)",
               ["asked by", "state", "recipients/s", "in terms of the file"],
               [[way, where, f"{statistics.median(rates[way, where]):.0f}", table.spread(rates[way, where], rates[way, "file"])]
                for way, where in benches])


def main():
    with Kept() as kept:
        table.show("Memory", ["records", "bytes a record, of the server's memory", "of the file's"],
                   [[f"{world.MILLION:,}", f"{kept.bytes / world.MILLION:.0f}",
                     f"{world.state(world.MILLION).stat().st_size / world.MILLION:.0f}"]])
        whole_processes(kept)
        under_exim(kept)


if __name__ == "__main__":
    main()
