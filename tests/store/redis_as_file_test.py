"""What holds of a file holds of a server: postgrey's answers, and that whatever happens in the middle of a decision,
nobody who was told to wait is forgotten.

As in faults_test.py each kind of decision is traced once, and run again for every call that has to do with the server:
killed before it, and with each error that it may return. Each run has records of its own, by their prefix.
"""

import concurrent.futures
import itertools
import os
import re
import subprocess
import unittest

import harness
from greylist.as_postgrey_test import AsPostgrey
from store.faults_test import DELAY, FALLBACK, NOW, passes, waits
from store.redis_server import Redis

# What each can fail with; or what it may say that is not true, and the next call must make up for.
FAULTS = {
    "socket": "error=EMFILE error=ENFILE error=ENOBUFS error=ENOMEM error=EACCES",
    "connect": "error=ECONNREFUSED error=ETIMEDOUT error=EAGAIN error=EINTR error=ENOENT error=EACCES error=ENETUNREACH",
    "setsockopt": "error=ENOMEM error=EINVAL",
    "sendto": "error=EPIPE error=ECONNRESET error=EAGAIN error=EINTR error=ENOBUFS error=ENOMEM retval=1 retval=0",
    "recvfrom": "error=ECONNRESET error=EAGAIN error=EINTR error=ENOMEM retval=0",
}
TRIPLET = "192.0.2.0 alice@example.net bob@example.org"


class LikePostgrey(AsPostgrey):
    REQUESTS = 400

    def setUp(self):
        super().setUp()
        self.redis = Redis(self, self.folder / "redis")

    def state_of(self, folder):
        return ("--state", f"redis:{self.redis.by_inet}", "--state-prefix", f"{folder.name}:")


class Faults(harness.Case):
    def setUp(self):
        super().setUp()
        self.redis = Redis(self, self.folder / "redis")
        self.state = f"redis:{self.redis.by_unix}"
        self.numbers = itertools.count()

    def options(self, prefix):
        return ["--state", self.state, "--state-prefix", prefix, "--config", "/dev/null", "--log", "none", "--clock", "request"]

    def question(self, later=0, instance="one"):
        return harness.request(instance=instance, policy_test_time=NOW + later)

    def given(self, records):
        """A prefix of its own with these."""
        prefix = f"{next(self.numbers)}:"
        for key, value in records.items():
            self.redis.ask("SET", prefix + key, value)
        return prefix

    def run_once(self, records, *strace):
        prefix = self.given(records)
        done = subprocess.run(["strace", *strace, harness.GREYONCE, *self.options(prefix)], input=harness.block(self.question()),
                              capture_output=True, timeout=60, check=False)
        return prefix, harness.Answer(done.stdout, done.returncode, done.stderr)

    def calls(self, records):
        trace = self.folder / "trace"
        self.run_once(records, "-o", str(trace))
        calls = re.findall(r"^(\w+)\(", trace.read_text(), re.MULTILINE)
        return {name: calls.count(name) for name in FAULTS}

    def trouble(self, records, expected, fault):
        """What went wrong with this fault, or None."""
        prefix, answer = self.run_once(records, "-o", "/dev/null", "-e", f"inject={fault}")
        action = None if not answer.output and "SIGKILL" in fault else answer.action
        if action not in (None, expected, FALLBACK):
            return f"answered {action}"
        gone = [key for key in records if self.redis.ask("GET", prefix + key) is None]
        if gone:
            return f"lost {gone}"
        retries = [self.question(later, f"after {later}") for later in (1, DELAY + (0 if action == expected else 1))]
        told = harness.ask(b"".join(map(harness.block, retries)), *self.options(prefix), "--until-eof").output.decode()
        soon, later = (answer.removeprefix("action=") for answer in told.strip().split("\n\n"))
        if waits(soon) != waits(expected):
            return f"one second later answered {soon}"
        return None if passes(later) else f"after the delay answered {later}"

    def survives(self, is_expected, records):
        _, answer = self.run_once(records, "-o", "/dev/null")
        self.assertTrue(is_expected(answer.action), answer)
        calls = self.calls(records)
        self.assertGreaterEqual(min(calls.values()), 1, calls)
        faults = [f"{name}:{fault}:when={number}" for name, count in calls.items() for number in range(1, count + 1)
                  for fault in (*FAULTS[name].split(), "signal=SIGKILL")]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            troubles = pool.map(lambda fault: self.trouble(records, answer.action, fault), faults)
            self.assertEqual([(fault, trouble) for fault, trouble in zip(faults, troubles, strict=True) if trouble], [])

    def test_a_first_attempt(self):
        self.survives(waits, {})

    def test_an_early_retry(self):
        self.survives(waits, {f"T {TRIPLET}": f"{NOW - 100} {NOW - 50} 000000"})

    def test_a_first_success(self):
        self.survives(lambda action: action.startswith("PREPEND"), {f"T {TRIPLET}": f"{NOW - 301} {NOW - 301} 000000"})

    def test_a_known_triplet(self):
        self.survives(passes, {f"T {TRIPLET}": f"{NOW - 9000} {NOW - 500} 000003"})

    def test_the_last_step_to_the_auto_whitelist(self):
        self.survives(lambda action: action.startswith("PREPEND"), {f"T {TRIPLET}": f"{NOW - 301} {NOW - 301} 000000",
                                                                   "C 192.0.2.1": f"000004 {NOW - 4000}"})

    def test_a_client_of_the_auto_whitelist(self):
        self.survives(passes, {"C 192.0.2.1": f"000005 {NOW - 4000}"})


del AsPostgrey  # or it would be run here too


if __name__ == "__main__":
    unittest.main()
