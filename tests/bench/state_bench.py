"""What changes to the state cost: one by one in one process, synced to the disk, and a million at once beside SQLite."""

import subprocess
import tempfile
import time
from pathlib import Path

import harness
from bench import processes, table, world
from bench.processes import Party

SIZES = [1_000, 100_000, world.MILLION]
ROUNDS = 300
IMPORTS = 5


def growth(folder):
    lines = processes.output([world.KEPT / "growth_bench", folder / "growing.state", *SIZES]).splitlines()
    rows = [[float(figure) for figure in line.split()] for line in lines]
    _, _, _, first, _ = rows[0]
    table.show("One process adds records from an empty state on; slowest: the disk's, too",
               ["records", "file in terms of its text", "mean of an update, µs", "in terms of the first line",
                "slowest, ms"],
               [[f"{records:,.0f}", f"{size / text:.2f}", f"{mean:.1f}", f"{mean / first:.2f}",
                 f"{slowest / 1000:.1f}"] for records, text, size, mean, slowest in rows])


def syncing(folder):
    """Each into a state of its own, so that neither waits for the other's pages to be written."""
    parties = {}
    for name, options in {"plain": [], "synced": ["--sync"]}.items():
        configuration = world.write_configuration(folder / f"{name}.conf", rules=world.rules(0),
                                                  state=world.copy_of_state(world.MILLION, folder / f"{name}.state"))
        parties[name] = Party([harness.GREYONCE, "--config", configuration, *options], world.standard(folder, world.new))
    plain, synced = processes.in_turns(ROUNDS, parties).values()
    table.show(f"A new triplet, one process, {ROUNDS} rounds in turns (quartiles)",
               ["without --sync, µs", "with --sync, µs", "ratio"],
               [[plain.time, synced.time, synced.ratio]])


def seconds(command, **popen):
    begin = time.monotonic()
    subprocess.run(list(map(str, command)), check=True, stderr=subprocess.DEVNULL, **popen)
    return time.monotonic() - begin


def importing(folder):
    lines = folder / "lines"
    with open(lines, "w", encoding="ascii") as file:
        file.writelines(world.records(world.MILLION))
    configuration = world.write_configuration(folder / "conf")
    into_sqlite = ("CREATE TABLE t (kind, first, last, count, client, sender, recipient, "
                   "PRIMARY KEY (client, sender, recipient));\n"
                   f".mode list\n.separator \" \"\n.import {lines} t\n")
    ours, theirs = [], []
    for number in range(IMPORTS):
        ours.append(seconds([harness.GREYSTATE, "import", folder / f"{number}.state", "--config", configuration,
                             "--from", "greyonce", "--input", lines]))
        theirs.append(seconds(["sqlite3", folder / f"{number}.db"], input=into_sqlite, text=True))
    table.show(f"{world.MILLION:,} lines imported, {IMPORTS} times in turns (quartiles)",
               ["greystate import, s", "into an indexed SQLite table, in one transaction, s",
                "greystate in terms of SQLite"],
               [[f"{min(ours):.2f}", f"{min(theirs):.2f}", table.spread(ours, theirs)]])


def main():
    with tempfile.TemporaryDirectory(prefix="greyonce-bench-", dir=world.KEPT) as name:
        folder = Path(name)
        growth(folder)
        syncing(folder)
        importing(folder)


if __name__ == "__main__":
    main()
