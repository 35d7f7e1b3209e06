"""The counting of tests itself: what hangs, crashes, skips or leaves a process behind is a failure."""

import os
import re
import subprocess
import sys
import textwrap
import unittest

from harness import TOP, Case

RUN, REAP = TOP / "tests/run.py", TOP / "tests/reap.py"

STARTS_A_DAEMON = """import subprocess
subprocess.Popen(["sh", "-c", "setsid sleep 300 & echo $! > {pid}"]).wait()
"""

COUNTS_ITS_SHARD = """#!/usr/bin/python3
import json, os, sys
cases = range(int(os.environ["GTEST_SHARD_INDEX"]), 20, int(os.environ["GTEST_TOTAL_SHARDS"]))
report = [{{"testsuite": [{{"result": "COMPLETED", **({{"failures": [1]}} if case == {bad} else {{}})}} for case in cases]}}]
with open(sys.argv[1].partition("json:")[2], "w") as file:
    json.dump({{"testsuites": report}}, file)
sys.exit({bad} in cases)
"""


class Counting(Case):
    def file_with(self, body):
        (self.folder / "some_test.py").write_text(
            "import os, subprocess, unittest\nclass Some(unittest.TestCase):\n    def test_it(self):\n"
            + textwrap.indent(body, 8 * " ") + "\n")
        return "--programs", "build", "some_test.py"

    def counts(self, *words):
        done = subprocess.run([sys.executable, RUN, *map(str, words)], capture_output=True, text=True, check=False, timeout=100,
                              cwd=self.folder)
        passed, failed = map(int, re.fullmatch(r"(\d+) passed, (\d+) failed", done.stdout.splitlines()[-1]).groups())
        self.assertEqual(done.returncode, 1 if failed else 0, done.stdout)
        return passed, failed, done.stdout

    def test_what_passes_is_counted(self):
        self.assertEqual(self.counts(*self.file_with("pass"))[:2], (1, 0))

    def test_what_fails_crashes_or_is_skipped_is_a_failure(self):
        for body in "self.fail()", "os.abort()", "os._exit(0)", "self.skipTest('')", "raise SystemExit(0)":
            with self.subTest(body):
                self.assertEqual(self.counts(*self.file_with(body))[:2], (0, 1))

    def test_a_process_that_was_left_behind_is_a_failure_and_ended(self):
        pid = self.folder / "pid"
        passed, failed, told = self.counts(*self.file_with(STARTS_A_DAEMON.format(pid=pid)))
        self.assertEqual((passed, failed), (1, 1))
        self.assertIn(f"left behind: {pid.read_text().strip()} sleep 300", told)
        self.assertFalse(os.path.exists(f"/proc/{pid.read_text().strip()}"))

    def test_what_hangs_is_ended_with_all_that_it_started(self):
        pid = self.folder / "pid"
        script = STARTS_A_DAEMON.format(pid=pid) + "import time; time.sleep(300)"
        done = subprocess.run([sys.executable, REAP, "2", sys.executable, "-c", script], capture_output=True, text=True,
                              check=False, timeout=60)
        self.assertIn("stopped after 2", done.stdout)
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse(os.path.exists(f"/proc/{pid.read_text().strip()}"))

    def test_the_shards_of_a_program_are_all_of_it(self):
        program = self.folder / "program"
        for bad, expected in (-1, (20, 0)), (13, (19, 1)):
            program.write_text(COUNTS_ITS_SHARD.format(bad=bad))
            program.chmod(0o755)
            self.assertEqual(self.counts("--unit", program)[:2], expected)

    def test_a_program_that_is_missing_is_a_failure(self):
        self.assertEqual(self.counts("--unit", self.folder / "missing")[0], 0)
        self.assertEqual(self.counts()[:2], (0, 1))


if __name__ == "__main__":
    unittest.main()
