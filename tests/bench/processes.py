"""Whole processes: timed in turns from spawn to reaped, and counted once: instructions and system calls repeat."""

import itertools
import os
import re
import statistics
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from bench import table, world

CALLGRIND = ["valgrind", "--tool=callgrind", "--callgrind-out-file=@"]


@dataclass
class Runs:
    """One party's, round by round; `before`: of the party that all are measured by, each just before its own."""

    microseconds: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    peaks: list = field(default_factory=list)  # KiB
    before: "Runs" = None

    def add(self, microseconds, faults, peak):
        self.microseconds.append(float(microseconds))
        self.faults.append(int(faults))
        self.peaks.append(int(peak))

    @property
    def time(self):
        return f"{statistics.median(self.microseconds):.0f}"

    @property
    def ratios(self):
        return [time / before for time, before in zip(self.microseconds, self.before.microseconds)]

    @property
    def ratio(self):
        return table.spread(self.microseconds, self.before.microseconds)

    @property
    def page_faults(self):
        return statistics.median_low(self.faults)


@dataclass
class Party:
    command: list
    question: Path  # its standard input


def output(command, **popen):
    return subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True, **popen).stdout


def forget_cached(path):
    """As after a boot: what a linker has just written lies in memory in larger pieces, and costs fewer page faults."""
    with open(path, "rb") as file:
        os.fsync(file)
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def in_turns(rounds, parties, within=()):
    """The Runs of each of `parties`, a dict; the first of them runs before each of the others, and is measured by itself.

    `within` goes before the command, to set up what it runs in.
    """
    for party in parties.values():
        forget_cached(party.command[0])
    words = [word for party in parties.values() for word in ("--", party.question, *party.command)][1:]
    first, *others = parties
    runs = {name: Runs(before=Runs()) for name in others}
    for line in output([*within, world.KEPT / "spawn_bench", rounds, *words]).splitlines():
        figures = iter(line.split())
        for run in runs.values():
            run.before.add(*itertools.islice(figures, 3))
            run.add(*itertools.islice(figures, 3))
    base = runs[others[0]].before
    base.before = base
    return {first: base} | runs


def watched(watcher, party, within=()):
    """What the watcher writes to its file @ while the party's command runs once, with hardly an environment."""
    with tempfile.TemporaryDirectory() as folder, open(party.question, "rb") as question:
        report = Path(folder, "report")
        watcher = [word.replace("@", str(report)) for word in watcher]
        output([*within, *watcher, *party.command], stdin=question, stderr=subprocess.DEVNULL,
               env={"PATH": "/usr/bin:/bin"})
        return report.read_text()


def instructions(party, within=()):
    """In user space."""
    report = watched(CALLGRIND, party, within)
    return int(re.search(r"^(?:summary|totals): (\d+)", report, re.MULTILINE)[1])


def system_calls(party, within=()):
    return watched(["strace", "-qq", "-o", "@"], party, within).count("\n")
