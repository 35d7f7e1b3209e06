"""Whatever happens in the middle of a decision, the state stays whole, and nobody who was told to wait is forgotten.

Each kind of decision is traced once. Then it is run again for every system call of the trace: killed before it (which
is after the one before), and with each error that a call may return, by strace's injection.
"""

import collections
import concurrent.futures
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import harness

NOW = 1_700_000_000
DELAY = 300
DEFER = "DEFER_IF_PERMIT Greylisted, please try again later"
FALLBACK = "DUNNO"

# What each call can fail with, of EIO, ENOSPC, EINTR, EAGAIN, EACCES, ENOMEM, EDQUOT, EMFILE.
ERRORS = {
    "openat": "EIO ENOSPC EINTR EACCES ENOMEM EDQUOT EMFILE",
    "read": "EIO EINTR EAGAIN ENOMEM",
    "pread64": "EIO EINTR EAGAIN ENOMEM",
    "pwrite64": "EIO ENOSPC EINTR EAGAIN ENOMEM EDQUOT",
    "fcntl": "EIO EINTR EAGAIN EACCES ENOMEM",
    "fsync": "EIO ENOSPC EINTR EDQUOT",
    "link": "EIO ENOSPC EACCES ENOMEM EDQUOT",
    "unlink": "EIO EACCES ENOMEM",
    "newfstatat": "EIO EACCES ENOMEM",
    "close": "EIO ENOSPC EINTR EDQUOT",
    "access": "EIO EACCES ENOMEM",
    "mmap": "EAGAIN ENOMEM",
    "brk": "ENOMEM",
}
# A count that is not true, as nothing was read: the same call again must make up for it. Of a write strace could only lie.
SHORT = {"pread64": ("0", "1", "143", "512"), "pwrite64": ("0",)}
# A caller that writes late, and a lock that is held (fcntl(2)), are waited for until the deadline.
WAITED_FOR = {("read", "EAGAIN"), ("fcntl", "EAGAIN"), ("fcntl", "EACCES")}
# Calls that may go on failing. (EINTR does not stay.)
FOR_GOOD = ("openat", "read", "pread64", "pwrite64", "fcntl", "newfstatat")
LONG_DEADLINE = 100  # seconds, so that it is not the deadline that ends it
FIRST_OF_OURS = "setitimer"  # what comes before is the C library's start, and the handlers of signals


def request(at, recipient="bob@example.org", instance="one"):
    return harness.request(recipient=recipient, instance=instance, policy_test_time=at)


def options(state):
    return ["--state", state, "--config", "/dev/null", "--log", "none", "--clock", "request"]


def decide(state, question):
    return harness.ask(question, *options(state))


def greystate(*words, status=None, **more):
    done = subprocess.run([harness.GREYSTATE, *words], capture_output=True, timeout=60, check=False, **more)
    if status not in (None, done.returncode):
        raise AssertionError(f"exit status not {status}: {done}")
    return done


def waits(answer):
    return answer.startswith("DEFER_IF_PERMIT")


def passes(answer):
    return answer == "DUNNO" or answer.startswith("PREPEND X-Greylist")


class Scenario:
    """A state, a request, and what it is answered where nothing goes wrong."""

    def __init__(self, state, question, expected, is_damaged=False):
        self.state, self.question, self.expected, self.is_damaged = state, question, expected, is_damaged
        self.records = set(greystate("export", state).stdout.split(b"\n")) if state.exists() else set()
        self.at = int(question["policy_test_time"])
        self.known = {}  # what was wrong, or None, by what was left

    def calls(self):
        """How often each system call is made, and how often of that before the program's own first one."""
        with tempfile.TemporaryDirectory() as folder:
            trace = Path(folder, "trace")
            self.run(folder, "-o", trace)
            total, before = collections.Counter(), None
            for line in trace.read_text().splitlines():
                name = re.match(r"\w+", line)
                if name and name[0] == FIRST_OF_OURS and before is None:
                    before = total.copy()
                if name and "(" in line:
                    total[name[0]] += 1
        return total, before

    def run(self, folder, *strace, more=()):
        """A copy of the state, and the answer."""
        state = Path(folder, "state")
        if self.state.exists():
            shutil.copy(self.state, state)
        command = ["strace", *map(str, strace), str(harness.GREYONCE), *map(str, options(state)), *more]
        done = subprocess.run(command, input=harness.block(self.question), capture_output=True, timeout=60, check=False)
        return state, harness.Answer(done.stdout, done.returncode, done.stderr)

    def trouble(self, *strace, may_be_silent, more=()):
        """What went wrong with this fault, or None."""
        with tempfile.TemporaryDirectory() as folder:
            state, answer = self.run(folder, "-o", "/dev/null", *strace, more=more)
            if answer.output == b"" and may_be_silent:
                action = None
            else:
                try:
                    action = answer.action
                except AssertionError as malformed:
                    return str(malformed)
                if action not in (self.expected, FALLBACK):
                    return f"answered {action}"
            # Most faults leave one of a few states, byte for byte; what follows is a matter of that alone.
            left = (hashlib.sha256(state.read_bytes()).digest() if state.exists() else None, action)
            if left not in self.known:
                self.known[left] = self.wrong_after(state, action)
            return self.known[left]

    def wrong_after(self, state, action):
        if self.is_damaged:  # and may still be, until the next decision
            return self.wrong_next(state, action) or self.lost(state)
        return self.lost(state) or self.wrong_next(state, action)

    def lost(self, state):
        if not state.exists():
            return None
        checked = greystate("check", state)
        if checked.returncode != 0:
            return f"greystate check: {checked}"
        left = set(greystate("export", state).stdout.split(b"\n"))
        gone = self.records - left
        changed = {record.split(b" ")[-1] for record in left - self.records}
        if {record.split(b" ")[-1] for record in gone} - changed:
            return f"lost: {gone}"
        return None

    def wrong_next(self, state, action):
        was_waiting = waits(self.expected)
        delay = DELAY + (0 if action == self.expected else 1)
        retries = [self.question | {"policy_test_time": self.at + later, "instance": f"after {later}"}
                   for later in (1, delay)]
        answers = harness.ask(b"".join(map(harness.block, retries)), *options(state), "--until-eof")
        soon, later = (answer[len("action="):] for answer in answers.output.decode().strip().split("\n\n"))
        if was_waiting != waits(soon):
            return f"one second later answered {soon}"
        if not passes(later):
            return f"after the delay answered {later}"
        return None


class Faults(harness.Case):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"

    def given(self, *records):
        """A state with these records, and some that must never get lost."""
        others = [f"T {NOW - 5000} {NOW - 10} 000001 198.51.100.0 other{i}@example.net bob@example.org" for i in range(900)]
        done = greystate("import", self.state, "--from", "greyonce", input="\n".join([*others, *records, ""]).encode())
        self.assertEqual(done.returncode, 0, done)

    def fillers(self, count):
        return [f"T {NOW - 5000} {NOW - 10} 000001 198.51.100.0 filler{i}@example.net bob@example.org" for i in range(count)]

    def triplet(self, first, last, count=0):
        return f"T {first} {last} {count:06} 192.0.2.0 alice@example.net bob@example.org"

    def scenario(self, question, is_expected, is_damaged=False):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "state")
            if self.state.exists():
                shutil.copy(self.state, copy)
            expected = decide(copy, question).action
        self.assertTrue(is_expected(expected), expected)
        return Scenario(self.state, question, expected, is_damaged)

    def survives(self, scenario, everywhere=False):
        """With faults in all calls of the program's own; with `everywhere` killed in the C library's start as well."""
        total, before = scenario.calls()
        self.assertGreater(total["pread64"], 0)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            running = {}
            for name, count in total.items():
                for number in range(1 if everywhere else before[name] + 1, count + 1):
                    running[pool.submit(scenario.trouble, "-e", f"inject={name}:signal=SIGKILL:when={number}",
                                        may_be_silent=True)] = f"killed at {name} {number}"
                    if number <= before[name]:
                        continue
                    faults = [f"error={error}" for error in ERRORS.get(name, "").split()]
                    faults += [f"retval={count}" for count in SHORT.get(name, ())]
                    for fault in faults:
                        running[pool.submit(scenario.trouble, "-e", f"inject={name}:{fault}:when={number}",
                                            may_be_silent=False)] = f"{fault} at {name} {number}"
            troubles = [f"{what}: {trouble}" for future, what in running.items() if (trouble := future.result())]
        self.assertEqual(troubles, [])

    def ends_at_once(self, scenario):
        """Whichever call of the program's own goes on failing."""
        total, before = scenario.calls()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            running = {}
            for name in FOR_GOOD:
                for error in ERRORS[name].split():
                    is_waited_for = error == "EINTR" or (name, error) in WAITED_FOR
                    if total[name] > before[name] and not is_waited_for:
                        running[pool.submit(scenario.trouble, "-e", f"inject={name}:error={error}:when={before[name] + 1}+",
                                            may_be_silent=False, more=(f"--deadline={LONG_DEADLINE}",))] = f"{error} at {name}"
            troubles = [f"{what}: {trouble}" for future, what in running.items() if (trouble := future.result())]
        self.assertGreater(len(running), 15)
        self.assertEqual(troubles, [])

    def test_a_known_triplet_where_calls_go_on_failing(self):
        self.given(self.triplet(NOW - 9000, NOW - 500, 3))
        self.ends_at_once(self.scenario(request(NOW), passes))

    def test_a_first_attempt_where_calls_go_on_failing(self):
        self.given()
        self.ends_at_once(self.scenario(request(NOW), waits))

    def test_a_first_attempt(self):
        self.given()
        self.survives(self.scenario(request(NOW), waits), everywhere=True)

    def test_an_early_retry(self):
        self.given(self.triplet(NOW - 100, NOW - 50))
        self.survives(self.scenario(request(NOW), waits))

    def test_a_first_success(self):
        self.given(self.triplet(NOW - 301, NOW - 301))
        self.survives(self.scenario(request(NOW), lambda action: action.startswith("PREPEND")))

    def test_a_triplet_that_was_renewed_a_moment_ago(self):
        self.given(self.triplet(NOW - 9000, NOW - 50, 3))
        self.survives(self.scenario(request(NOW), passes))

    def test_a_known_triplet(self):
        self.given(self.triplet(NOW - 9000, NOW - 500, 3))
        self.survives(self.scenario(request(NOW), passes))

    def test_the_last_step_to_the_auto_whitelist(self):
        self.given(self.triplet(NOW - 301, NOW - 301), f"C 000004 {NOW - 4000} 192.0.2.1")
        self.survives(self.scenario(request(NOW), lambda action: action.startswith("PREPEND")))

    def test_a_client_of_the_auto_whitelist(self):
        self.given(f"C 000005 {NOW - 4000} 192.0.2.1")
        self.survives(self.scenario(request(NOW), passes))

    def test_a_new_file(self):
        self.survives(self.scenario(request(NOW), waits))

    def test_a_file_of_length_zero(self):
        self.state.touch()
        self.survives(self.scenario(request(NOW), waits))

    def test_a_page_added(self):
        self.given(*self.fillers(13000))
        size = self.state.stat().st_size
        for number in range(1000):
            question = request(NOW, f"recipient{number}@example.org")
            copy = self.folder / "copy"
            shutil.copy(self.state, copy)
            decide(copy, question)
            if copy.stat().st_size > size:
                break
        self.survives(self.scenario(question, waits))

    def damaged(self, page, offset):
        """The state with one byte flipped."""
        data = bytearray(self.state.read_bytes())
        data[page * 4096 + offset] ^= 1
        self.state.write_bytes(data)

    def test_a_page_mended(self):
        self.given(self.triplet(NOW - 9000, NOW - 500, 3))
        self.damaged(self.state.read_bytes().index(b" 192.0.2.0 alice@example.net") // 4096, 4095)
        self.survives(self.scenario(request(NOW), passes, is_damaged=True))

    def test_a_page_mended_whose_children_have_to_be_found(self):
        self.given(*self.fillers(10000))
        pages = re.split(rb"(?=^page )", self.state.read_bytes(), flags=re.MULTILINE)
        child = pages[-1].splitlines()
        root, sender = int(child[0].split()[2].split(b"/")[0]), child[1].split()[-2].decode()
        self.damaged(1 + root, 6)
        question = harness.request(client_address="198.51.100.7", sender=sender, policy_test_time=NOW)
        self.survives(self.scenario(question, passes, is_damaged=True))


if __name__ == "__main__":
    unittest.main()
