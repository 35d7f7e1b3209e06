"""Whatever happens in the middle of a decision, the state stays whole, and nobody who was told to wait is forgotten.

Each kind of decision is traced once. Then it is run again for every system call of the trace: killed before it (which
is after the one before), and with each error that a call may return, by strace's injection. A fault at a call of one
number is tried with all kinds of decision below one strace.
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
from store import below_strace

NOW = 1_700_000_000
DELAY = 300
PAGE = 4096
FIXED_PAGES = 257  # of a new state
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
    "mmap": "EAGAIN ENOMEM",
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

    def __init__(self, name, state, question, expected, is_damaged=False):
        self.name, self.state, self.question, self.expected, self.is_damaged = name, state, question, expected, is_damaged
        self.records = set(greystate("export", state).stdout.split(b"\n")) if state.exists() else set()
        self.at = int(question["policy_test_time"])
        self.known = {}  # what was wrong, or None, by what was left
        self.total, self.before = self.calls()

    def calls(self):
        """How often each system call is made, and how often of that before the program's own first one."""
        with tempfile.TemporaryDirectory() as folder:
            words, given = self.command(folder)
            trace = Path(folder, "trace")
            subprocess.run(["strace", "-o", trace, *words], input=given, capture_output=True, timeout=60, check=False)
            total, before = collections.Counter(), None
            for line in trace.read_text().splitlines():
                name = re.match(r"\w+", line)
                if name and name[0] == FIRST_OF_OURS and before is None:
                    before = total.copy()
                if name and "(" in line:
                    total[name[0]] += 1
        return total, before

    def command(self, folder, *more):
        """The words of the filter's command, with a copy of the state in this folder, and its standard input."""
        state = Path(folder, "state")
        if self.state.exists():
            shutil.copy(self.state, state)
        return [harness.GREYONCE, *options(state), *more], harness.block(self.question)

    def wrong(self, state, answer, may_be_silent):
        """What is wrong with this answer, or with the state that it left, or None."""
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


class States:
    """Makes the states of the scenarios, each in a folder of its own."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.state = None
        self.scenarios = []

    def none(self):
        self.folder.joinpath(str(len(self.scenarios))).mkdir()
        self.state = self.folder / str(len(self.scenarios)) / "state"

    def new(self, *records, others=900):
        """A state with these records, and some that must never get lost."""
        self.none()
        self.add(*records, others=range(others))

    def add(self, *records, others=()):
        kept = [f"T {NOW - 5000} {NOW - 10} 000001 198.51.100.0 other{i}@example.net bob@example.org" for i in others]
        greystate("import", self.state, "--from", "greyonce", input="\n".join([*kept, *records, ""]).encode(), status=0)

    def new_with_pages_below_others(self, least=8):
        self.new(others=6000)
        for count in range(6000, 20000, 200):
            if self.state.stat().st_size >= (FIXED_PAGES + least) * PAGE:
                return
            self.add(others=range(count, count + 200))
        raise AssertionError("no pages were added")

    def damage(self, page, offset):
        """One byte of the state, flipped."""
        data = bytearray(self.state.read_bytes())
        data[page * PAGE + offset] ^= 1
        self.state.write_bytes(data)

    def decided(self, name, question, is_expected, is_damaged=False):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "state")
            if self.state.exists():
                shutil.copy(self.state, copy)
            expected = decide(copy, question).action
        if not is_expected(expected):
            raise AssertionError(f"{name}: {expected}")
        self.scenarios.append(Scenario(name, self.state, question, expected, is_damaged))

    def question_that_adds_a_page(self):
        size = self.state.stat().st_size
        for number in range(1000):
            question = request(NOW, f"recipient{number}@example.org")
            copy = self.folder / "copy"
            shutil.copy(self.state, copy)
            decide(copy, question)
            if copy.stat().st_size > size:
                return question
        raise AssertionError("no page was added")


def triplet(first, last, count=0):
    return f"T {first} {last} {count:06} 192.0.2.0 alice@example.net bob@example.org"


def scenarios(folder):
    states = States(folder)
    states.new()
    states.decided("a first attempt", request(NOW), waits)
    states.new(triplet(NOW - 100, NOW - 50))
    states.decided("an early retry", request(NOW), waits)
    states.new(triplet(NOW - 301, NOW - 301))
    states.decided("a first success", request(NOW), lambda action: action.startswith("PREPEND"))
    states.new(triplet(NOW - 9000, NOW - 50, 3))
    states.decided("a triplet that was renewed a moment ago", request(NOW), passes)
    states.new(triplet(NOW - 9000, NOW - 500, 3))
    states.decided("a known triplet", request(NOW), passes)
    states.new(triplet(NOW - 301, NOW - 301), f"C 000004 {NOW - 4000} 192.0.2.1")
    states.decided("the last step to the auto-whitelist", request(NOW), lambda action: action.startswith("PREPEND"))
    states.new(f"C 000005 {NOW - 4000} 192.0.2.1")
    states.decided("a client of the auto-whitelist", request(NOW), passes)
    states.none()
    states.decided("a new file", request(NOW), waits)
    states.none()
    states.state.touch()
    states.decided("a file of length zero", request(NOW), waits)
    states.new(others=13900)
    states.decided("a page added", states.question_that_adds_a_page(), waits)
    states.new(triplet(NOW - 9000, NOW - 500, 3))
    states.damage(states.state.read_bytes().index(b" 192.0.2.0 alice@example.net") // PAGE, PAGE - 1)
    states.decided("a page mended", request(NOW), passes, is_damaged=True)
    states.new_with_pages_below_others()
    pages = re.split(rb"(?=^page )", states.state.read_bytes(), flags=re.MULTILINE)
    child = pages[-1].splitlines()
    root, sender = int(child[0].split()[2].split(b"/")[0]), child[1].split()[-2].decode()
    states.damage(1 + root, 6)
    question = harness.request(client_address="198.51.100.7", sender=sender, policy_test_time=NOW)
    states.decided("a page mended whose children have to be found", question, passes, is_damaged=True)
    return {scenario.name: scenario for scenario in states.scenarios}


class FaultsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scenarios = scenarios(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.ahead = collections.Counter(below_strace.calls_before_the_program())

    def troubles(self, fault, number, these, may_be_silent=False, for_good=False):
        """What goes wrong in these scenarios where `fault`, a call's name and what becomes of it, is at the program's
        call of that number, or `for_good` at that and all behind it."""
        name, effect = fault
        injection = f"{name}:{effect}:when={self.ahead[name] + number}{'+' if for_good else ''}"
        more = (f"--deadline={LONG_DEADLINE}",) if for_good else ()
        with tempfile.TemporaryDirectory() as folder:
            states = [Path(folder, str(which)) for which in range(len(these))]
            for state in states:
                state.mkdir()
            commands = [scenario.command(state, *more) for scenario, state in zip(these, states)]
            try:
                answers = below_strace.answers_with(injection, commands)
            except (AssertionError, subprocess.TimeoutExpired) as trouble:
                return [f"{effect} at {name} {number}: {trouble}"]
            wrong = [(scenario, scenario.wrong(state / "state", answer, may_be_silent))
                     for scenario, state, answer in zip(these, states, answers)]
        return [f"{effect} at {name} {number} in {scenario.name}: {what}" for scenario, what in wrong if what]

    def assert_survived(self, tried):
        """`tried`: the arguments of troubles(), for each call of it. Returns the number of runs of the filter."""
        with concurrent.futures.ThreadPoolExecutor(2 * os.cpu_count()) as pool:
            results = [pool.submit(self.troubles, *each) for each in tried]
            self.assertEqual([trouble for result in results for trouble in result.result()], [])
        return sum(len(each[2]) for each in tried)

    def calls(self, name):
        """Each number that a call of that name has in the program itself, and in which scenarios."""
        last = max(scenario.total[name] for scenario in self.scenarios.values())
        for number in range(1, last + 1):
            these = [scenario for scenario in self.scenarios.values() if scenario.before[name] < number <= scenario.total[name]]
            if these:
                yield number, these

    def test_killed_before_each_call(self):
        names = {name for scenario in self.scenarios.values() for name in scenario.total}
        tried = [((name, "signal=SIGKILL"), *call, True) for name in names for call in self.calls(name)]
        self.assertGreater(self.assert_survived(tried), 300)

    def test_killed_before_each_call_of_the_start(self):
        """The C library's calls, before the program's own first one."""
        first = self.scenarios["a first attempt"]
        tried = [((name, "signal=SIGKILL"), number, [first], True)
                 for name, count in first.before.items() for number in range(1, count + 1)]
        self.assertGreater(self.assert_survived(tried), 10)

    def ends_at_once(self, name):
        """Whichever call of the program's own goes on failing."""
        scenario = self.scenarios[name]
        tried = [((name, f"error={error}"), scenario.before[name] + 1, [scenario], False, True)
                 for name in FOR_GOOD if scenario.total[name] > scenario.before[name]
                 for error in ERRORS[name].split() if error != "EINTR" and (name, error) not in WAITED_FOR]
        self.assertGreater(self.assert_survived(tried), 15)

    def test_a_known_triplet_where_calls_go_on_failing(self):
        self.ends_at_once("a known triplet")

    def test_a_first_attempt_where_calls_go_on_failing(self):
        self.ends_at_once("a first attempt")


def survives_what_becomes_of(name):
    def test(self):
        effects = [f"error={error}" for error in ERRORS[name].split()] + [f"retval={count}" for count in SHORT.get(name, ())]
        tried = [((name, effect), *call) for effect in effects for call in self.calls(name)]
        self.assertGreaterEqual(self.assert_survived(tried), len(effects))
    return test


for call in ERRORS:
    setattr(FaultsTest, f"test_what_becomes_of_each_{call}", survives_what_becomes_of(call))


if __name__ == "__main__":
    unittest.main()
