#!/usr/bin/python3
"""Runs tests and counts them: run.py --unit PROGRAM... --programs DIRECTORY TEST...

A GoogleTest program counts its cases, a Python file its methods. What does not start, crashes, holds no test or skips
one counts as a failure. What failed is told at the end. The last line is the total; the exit status says whether all of it passed.
"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

TIME_LIMIT = 900  # seconds for one program or file: it hangs, not merely slow
AT_ONCE = os.cpu_count() or 1


class Job:
    def __init__(self, title, run):
        self.title, self.run = title, run


def bounded(command, **environment):
    """The command's output, and its exit status: None where it had to be stopped."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=TIME_LIMIT, check=False, env=os.environ | environment)
        return done.stdout.decode(errors="replace"), done.returncode
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace") + f"\nstopped after {TIME_LIMIT} s\n", None
    except OSError as trouble:
        return f"{trouble}\n", None


def counted(passed, failed, status):
    """A bad exit, or nothing counted, is a failure of its own."""
    if (status != 0 and failed == 0) or passed + failed == 0:
        failed += 1
    return passed, failed


def unit(program):
    def run():
        with tempfile.TemporaryDirectory() as folder:
            report = os.path.join(folder, "report.json")
            output, status = bounded([program, f"--gtest_output=json:{report}", "--gtest_brief=1"])
            try:
                with open(report, encoding="utf-8") as file:
                    told = json.load(file)
            except (OSError, ValueError):
                told = {"tests": 0, "failures": 0, "disabled": 0}
            cases = [case for suite in told.get("testsuites", []) for case in suite["testsuite"]]
        bad = sum(1 for case in cases if case.get("failures") or case["result"] != "COMPLETED")
        return output, *counted(len(cases) - bad, bad, status)
    return Job(program, run)


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
            yield unit(word)
        elif mode == "--programs" and programs is None:
            programs = word
        elif mode == "--programs":
            yield file_of_tests(word, programs)
        else:
            sys.exit(__doc__)


def main():
    passed = failed = 0
    told = []
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        running = {pool.submit(job.run): job for job in jobs(sys.argv[1:])}
        for future in concurrent.futures.as_completed(running):
            output, good, bad = future.result()
            line = f"{'FAILED' if bad else 'passed'}: {running[future].title}: {good} passed, {bad} failed"
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
