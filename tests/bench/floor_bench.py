"""The standard decision, a process for itself, beside starting an empty static C program."""

import tempfile
from pathlib import Path

import harness
from bench import processes, table, world
from bench.dev_log import Syslog
from bench.processes import Party

ROUNDS = 1000


def parties(folder):
    known, new = world.standard(folder, world.known), world.standard(folder, world.new)
    greyonce = [harness.GREYONCE, "--config", world.of_a_million(folder)]
    return {
        "an empty static C program": Party([world.EMPTY], known),
        "known triplet": Party(greyonce, known),
        "known triplet, a line to syslog": Party([*greyonce, "--log=syslog"], known),
        "new triplet": Party(greyonce, new),
    }


def main():
    with tempfile.TemporaryDirectory(prefix="greyonce-bench-") as name:
        folder = Path(name)
        with Syslog(folder) as syslog:
            measured = parties(folder)
            runs = processes.in_turns(ROUNDS, measured, syslog.seen_by())
            calls = {name: processes.system_calls(party, syslog.seen_by()) for name, party in measured.items()}
            instructions = {name: processes.instructions(party, syslog.seen_by()) for name, party in measured.items()}
    assert syslog.lines >= ROUNDS + 2, f"{syslog.lines} lines came to /dev/log"
    empty, *_ = runs.values()
    least, *_ = calls.values()
    table.show(
        f"One process a request; rules and state of {world.MILLION:,} entries; {ROUNDS} rounds in turns (quartiles)",
        ["process", "µs", "in terms of the empty program", "instructions", "page faults beyond it",
         "system calls beyond it", "peak, KiB"],
        [[name, run.time, run.ratio, f"{instructions[name]:,}",
          run.page_faults - empty.page_faults, calls[name] - least, max(run.peaks)] for name, run in runs.items()])


if __name__ == "__main__":
    main()
