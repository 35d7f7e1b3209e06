"""Whole processes: timed in turns from spawn to reaped, and counted once: instructions and system calls repeat."""

import os
import re
import statistics
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from bench import world

CALLGRIND = ["valgrind", "--tool=callgrind", "--callgrind-out-file=@"]


@dataclass
class Runs:
    """One party's, round by round."""

    microseconds: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    peaks: list = field(default_factory=list)  # KiB

    @property
    def time(self):
        return f"{statistics.median(self.microseconds):.0f}"

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
    """The Runs of each of `parties`, a dict; `within` goes before the command, to set up what it runs in."""
    for party in parties.values():
        forget_cached(party.command[0])
    words = [word for party in parties.values() for word in ("--", party.question, *party.command)][1:]
    runs = {name: Runs() for name in parties}
    for line in output([*within, world.KEPT / "spawn_bench", rounds, *words]).splitlines():
        figures = iter(line.split())
        for run in runs.values():
            run.microseconds.append(float(next(figures)))
            run.faults.append(int(next(figures)))
            run.peaks.append(int(next(figures)))
    return runs


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
