"""What static linking saves each process: greyonce as it is built, and as `make STATIC=` builds it."""

import tempfile
from pathlib import Path

import harness
from bench import processes, table, world
from bench.processes import Party

ROUNDS = 500


def main():
    with tempfile.TemporaryDirectory(prefix="greyonce-bench-") as name:
        folder = Path(name)
        known = world.standard(folder, world.known)
        configuration = world.of_a_million(folder)
        parties = {kind: Party([program, "--config", configuration], known) for kind, program in
                   {"statically": harness.GREYONCE, "dynamically": harness.PROGRAMS / "dynamic/greyonce"}.items()}
        runs = processes.in_turns(ROUNDS, parties)
        instructions = {kind: processes.instructions(party) for kind, party in parties.items()}
    table.show(f"A known triplet, one process, by how greyonce is linked; {ROUNDS} rounds in turns (quartiles)",
               ["linked", "µs", "in terms of statically", "instructions", "page faults", "peak, KiB"],
               [[kind, run.time, run.ratio, f"{instructions[kind]:,}",
                 run.page_faults, max(run.peaks)] for kind, run in runs.items()])


if __name__ == "__main__":
    main()
