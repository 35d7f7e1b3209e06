"""What the state costs at a thousand, a hundred thousand, a million and ten million records.

Whole processes, from spawn to reaped, in turns; --sync beside the default; a million lines imported, beside SQLite.
STATE_BENCH_SIZES=1000,100000 makes it short.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import harness

SIZES = [int(size) for size in os.environ.get("STATE_BENCH_SIZES", "1000,100000,1000000,10000000").split(",")]
ROUNDS = 1000
BENCH = harness.PROGRAMS / "bench"
KNOWN = harness.request(client_address="10.7.0.1", sender="sender7@example.net", recipient="user7@example.org",
                        policy_test_time=1_700_000_500)


def output(*command, **more):
    return subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, **more).stdout.decode()


def filter_on(state, *more):
    return [harness.GREYONCE, "--state", state, "--config", "/dev/null", "--log", "none",
            "--clock", "request", "--max-state-size", "100G", *more]


def in_turns(folder, question, commands):
    request = folder / "request"
    request.write_bytes(harness.block(question))
    words = [word for command in commands for word in ["--", *command]][1:]
    return [line.split() for line in output(BENCH / "spawn_bench", ROUNDS, request, *words).splitlines()]


def growth(folder):
    print(f"{'records':>10} {'file/text':>9} {'update, µs':>10} {'slowest, ms':>11}   (in one process, growing from empty)")
    for line in output(BENCH / "growth_bench", folder, *SIZES).splitlines():
        records, text, size, mean, slowest = map(float, line.split())
        print(f"{records:10.0f} {size / text:9.2f} {mean:10.1f} {slowest / 1000:11.1f}")


def decisions(folder):
    for title, question in (("known triplet", KNOWN), ("new triplet, then its early retries", KNOWN | {"sender": "new@example.net"})):
        rows = in_turns(folder, question, [filter_on(folder / f"{size}.state") for size in SIZES])
        print(f"\n{'records':>10} {'median, µs':>10} {'quartiles':>15} {'ratio':>6} {'faults':>6} {'peak, KiB':>9}   ({title})")
        for size, (_, low, median, high, faults, peak) in zip(SIZES, rows):
            print(f"{size:10} {median:>10} {low + '–' + high:>15} {float(median) / float(rows[0][2]):6.2f} {faults:>6} {peak:>9}")


def syncing(folder):
    state = folder / f"{SIZES[0]}.state"
    plain, synced = in_turns(folder, KNOWN, [filter_on(state), filter_on(state, "--sync")])
    print(f"\nknown triplet: {plain[2]} µs, with --sync {synced[2]} µs (medians)")


def importing(folder, count=1_000_000):
    lines = folder / "lines"
    with open(lines, "w", encoding="ascii") as file:
        for number in range(count):
            file.write(f"T 1700000000 1700000400 000001 10.{number % 200}.0.0 sender{number}@example.net user{number % 997}@example.org\n")
    began = time.monotonic()
    subprocess.run([harness.GREYSTATE, "import", folder / "imported.state", "--from", "greyonce", "--input", lines], check=True,
                   stderr=subprocess.DEVNULL)
    ours = time.monotonic() - began
    began = time.monotonic()
    subprocess.run(["sqlite3", folder / "sqlite.db"], check=True, text=True, input=(
        "CREATE TABLE t (kind, first, last, count, client, sender, recipient, PRIMARY KEY (client, sender, recipient));\n"
        f".mode list\n.separator \" \"\n.import {lines} t\n"))
    print(f"\nimport of {count} lines: {ours:.2f} s; into an indexed SQLite table, in one transaction: {time.monotonic() - began:.2f} s")


def main():
    with tempfile.TemporaryDirectory(prefix="greyonce-bench-") as name:
        folder = Path(name)
        growth(folder)
        decisions(folder)
        syncing(folder)
        importing(folder)


if __name__ == "__main__":
    sys.exit(main())
