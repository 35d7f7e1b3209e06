#!/usr/bin/python3
"""Runs tests and counts them: run.py [--waiting DIRECTORY TEST...] [--programs DIRECTORY TEST...] [--unit PROGRAM...]

A GoogleTest program counts its cases, in several shards, and a Python file its methods, run with the programs of the
directory. Files that wait most of the time stand behind --waiting: they are run beside the others. What stands first is
begun first. Each line tells how long it took, and the processor's time in it. What does not start, crashes, holds no test,
skips one, hangs, or leaves a process behind counts as a failure. What failed is told at the end. The last line is the
total; the exit status says whether all of it passed.

Root's tests see a machine whose users all stand in files. A server that starts a process for each connection asks for its
user each time, and where libnss-systemd is to be asked as well, to load that takes longer than greyonce does.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass
from pathlib import Path

TIME_LIMIT = 600  # seconds for one shard or file: it hangs, is not merely slow
SHARDS = 16       # of each GoogleTest program: the more, the less a test that starts processes has to copy for them
# How much freed memory ASan keeps from being used again. With its own 256 MiB whatever malloc() gives is in no cache.
SANITIZER = "quarantine_size_mb=16"
CORES = os.cpu_count() or 1
# The more at once, the more of the processors' time each takes: with seven for two processors up to 40 %.
AT_ONCE = CORES
WAITING = CORES + 1    # beside those
IN_FILES = """
files=$(mktemp) &&
sed -E '/^(passwd|group|shadow|gshadow|initgroups):/s/ systemd\\b//g' /etc/nsswitch.conf >"$files" &&
mount --bind "$files" /etc/nsswitch.conf
rm -f "$files"
IN_FILES= exec "$@"
"""
REAP = Path(__file__).with_name("reap.py")


@dataclass
class Job:
    title: str
    run: Callable
    waits: bool


@dataclass
class Done:
    output: str
    status: int        # not 0 where it had to be stopped or left a process behind
    processor: float   # seconds, of all its processes


def bounded(command, **environment):
    with subprocess.Popen([sys.executable, REAP, str(TIME_LIMIT), *command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ | environment) as process:
        output = process.stdout.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Done(output, process.returncode, usage.ru_utime + usage.ru_stime)


def counted(passed, failed, status):
    """A bad exit, or nothing counted, is a failure of its own."""
    if (status != 0 and failed == 0) or passed + failed == 0:
        failed += 1
    return passed, failed


def unit(program, shard):
    def run():
        with tempfile.TemporaryDirectory() as folder:
            report = os.path.join(folder, "report.json")
            done = bounded([program, f"--gtest_output=json:{report}", "--gtest_brief=1"],
                           GTEST_TOTAL_SHARDS=str(SHARDS), GTEST_SHARD_INDEX=str(shard), ASAN_OPTIONS=SANITIZER)
            try:
                with open(report, encoding="utf-8") as file:
                    told = json.load(file)
            except (OSError, ValueError):
                told = {"tests": 0, "failures": 0, "disabled": 0}
            cases = [case for suite in told.get("testsuites", []) for case in suite["testsuite"]]
        bad = sum(1 for case in cases if case.get("failures") or case["result"] != "COMPLETED")
        return done, *counted(len(cases) - bad, bad, done.status)
    return Job(f"{program}, {shard + 1} of {SHARDS}", run, False)


def file_of_tests(path, programs, waits):
    def run():
        done = bounded([sys.executable, "-m", "unittest", "-v", path], PYTHONPATH="tests", GREYONCE_BUILD=programs)
        ran = re.search(r"^Ran (\d+) tests?", done.output, re.MULTILINE)
        bad = sum(int(count) for count in
                  re.findall(r"(?:failures|errors|skipped|unexpected successes)=(\d+)", done.output.rsplit("\n\n", 1)[-1]))
        total = max(int(ran[1]) if ran else 0, bad)
        return done, *counted(total - bad, bad, done.status)
    return Job(f"{path} with {programs}", run, waits)


def jobs(arguments):
    mode, programs = None, None
    for word in arguments:
        if word in ("--unit", "--programs", "--waiting"):
            mode, programs = word, None
        elif mode == "--unit":
            yield from (unit(word, shard) for shard in range(SHARDS))
        elif mode and programs is None:
            programs = word
        elif mode:
            yield file_of_tests(word, programs, mode == "--waiting")
        else:
            sys.exit(__doc__)


def timed(job):
    begin = time.monotonic()
    result = job.run()
    return *result, time.monotonic() - begin


def with_users_in_files():
    """Goes on in a mount namespace of its own."""
    if os.geteuid() == 0 and "IN_FILES" not in os.environ:
        os.execvp("unshare", ["unshare", "--mount", "sh", "-c", IN_FILES, "sh", sys.executable, *sys.argv])


def main():
    passed = failed = 0
    told = []
    several = list(jobs(sys.argv[1:]))
    with ThreadPoolExecutor(AT_ONCE + 1) as working, ThreadPoolExecutor(WAITING) as waiting:
        running = {waiting.submit(timed, job): job for job in several if job.waits}
        working.submit(wait, list(running))  # the one more begins when nothing waits beside the others
        running |= {working.submit(timed, job): job for job in several if not job.waits}
        for future in as_completed(running):
            done, good, bad, seconds = future.result()
            line = (f"{'FAILED' if bad else 'passed'}: {running[future].title}: {good} passed, {bad} failed, "
                    f"{seconds:.0f} s, {done.processor:.0f} s of processor")
            print(line, flush=True)
            if bad:
                told.append(f"\n{done.output}\n{line}")
            passed += good
            failed += bad
    print(*told, sep="\n")
    print(f"{passed} passed, {failed or (0 if passed else 1)} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    with_users_in_files()
    sys.exit(main())
