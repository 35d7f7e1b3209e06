#!/usr/bin/python3
"""Runs tests and counts them: run.py --unit PROGRAM... --programs DIRECTORY TEST...

A GoogleTest program counts its cases, in several shards, and a Python file its methods. What does not start, crashes, holds
no test, skips one, hangs, or leaves a process behind counts as a failure. What failed is told at the end. The last line is
the total; the exit status says whether all of it passed.
"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TIME_LIMIT = 600  # seconds for one shard or file: it hangs, is not merely slow
SHARDS = 8        # of each GoogleTest program: one case alone takes as long as a shard
AT_ONCE = 2 * (os.cpu_count() or 1)  # many files wait, for deadlines above all
REAP = Path(__file__).with_name("reap.py")


class Job:
    def __init__(self, title, run):
        self.title, self.run = title, run


def bounded(command, **environment):
    """The command's output, and its exit status, which is not 0 where it had to be stopped or left a process behind."""
    done = subprocess.run([sys.executable, REAP, str(TIME_LIMIT), *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, env=os.environ | environment)
    return done.stdout.decode(errors="replace"), done.returncode


def counted(passed, failed, status):
    """A bad exit, or nothing counted, is a failure of its own."""
    if (status != 0 and failed == 0) or passed + failed == 0:
        failed += 1
    return passed, failed


def unit(program, shard):
    def run():
        with tempfile.TemporaryDirectory() as folder:
            report = os.path.join(folder, "report.json")
            output, status = bounded([program, f"--gtest_output=json:{report}", "--gtest_brief=1"],
                                     GTEST_TOTAL_SHARDS=str(SHARDS), GTEST_SHARD_INDEX=str(shard))
            try:
                with open(report, encoding="utf-8") as file:
                    told = json.load(file)
            except (OSError, ValueError):
                told = {"tests": 0, "failures": 0, "disabled": 0}
            cases = [case for suite in told.get("testsuites", []) for case in suite["testsuite"]]
        bad = sum(1 for case in cases if case.get("failures") or case["result"] != "COMPLETED")
        return output, *counted(len(cases) - bad, bad, status)
    return Job(f"{program}, {shard + 1} of {SHARDS}", run)


def file_of_tests(path, programs):
    def run():
        output, status = bounded([sys.executable, "-m", "unittest", "-v", path], PYTHONPATH="tests", GREYONCE_BUILD=programs)
        ran = re.search(r"^Ran (\d+) tests?", output, re.MULTILINE)
        bad = sum(int(count) for count in
                  re.findall(r"(?:failures|errors|skipped|unexpected successes)=(\d+)", output.rsplit("\n\n", 1)[-1]))
        total = max(int(ran[1]) if ran else 0, bad)
        return output, *counted(total - bad, bad, status)
    return Job(f"{path} with {programs}", run)


def jobs(arguments):
    mode, programs = None, None
    for word in arguments:
        if word in ("--unit", "--programs"):
            mode, programs = word, None
        elif mode == "--unit":
            yield from (unit(word, shard) for shard in range(SHARDS))
        elif mode == "--programs" and programs is None:
            programs = word
        elif mode == "--programs":
            yield file_of_tests(word, programs)
        else:
            sys.exit(__doc__)


def timed(job):
    begin = time.monotonic()
    result = job.run()
    return *result, time.monotonic() - begin


def main():
    passed = failed = 0
    told = []
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        running = {pool.submit(timed, job): job for job in jobs(sys.argv[1:])}
        for future in concurrent.futures.as_completed(running):
            output, good, bad, seconds = future.result()
            line = f"{'FAILED' if bad else 'passed'}: {running[future].title}: {good} passed, {bad} failed, {seconds:.0f} s"
            print(line, flush=True)
            if bad:
                told.append(f"\n{output}\n{line}")
            passed += good
            failed += bad
    print(*told, sep="\n")
    print(f"{passed} passed, {failed or (0 if passed else 1)} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
