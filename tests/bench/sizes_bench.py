"""What one decision costs with more records, and with more rules. BENCH_SIZES says how many; they are made once and kept."""

import os
import tempfile
from pathlib import Path

import harness
from bench import processes, table, world
from bench.processes import Party

ROUNDS = 500
SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "0 1000 1000000 10000000").split()]


def configuration(folder, records, rules):
    """A state of its own for each number of records: none is one in which only the standard question's record is."""
    state = folder / f"{records}.state"
    if not state.exists():
        world.copy_of_state(max(records, world.STANDARD + 1), state)
    return world.write_configuration(folder / f"{records}-{rules}.conf", state=state, rules=world.rules(rules))


def measure(folder, title, worlds):
    """`worlds`: pairs of records and rules."""
    known, new = world.standard(folder, world.known), world.standard(folder, world.new)
    parties = {"empty": Party([world.EMPTY], known)}
    for records, rules in worlds:
        for question in known, new:
            command = [harness.GREYONCE, "--config", configuration(folder, records, rules)]
            parties[records, rules, question] = Party(command, question)
    runs = processes.in_turns(ROUNDS, parties)
    empty = runs["empty"]

    def figures(run):
        return [run.ratio, run.page_faults - empty.page_faults]

    table.show(title, ["records", "rules", "known triplet", "page faults", "new triplet", "page faults"],
               [[f"{records:,}", f"{rules:,}", *figures(runs[records, rules, known]), *figures(runs[records, rules, new])]
                for records, rules in worlds])


def main():
    told = f"times in terms of an empty static C program's, page faults beyond its, {ROUNDS} rounds in turns"
    with tempfile.TemporaryDirectory(prefix="greyonce-bench-", dir=world.KEPT) as name:
        folder = Path(name)
        measure(folder, f"One process a request by records; {told}", [(size, 0) for size in SIZES])
        measure(folder, f"One process a request by rules; {told}", [(0, size) for size in SIZES])


if __name__ == "__main__":
    main()
