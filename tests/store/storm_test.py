"""Many processes killed at random moments, and no room left: whoever was told to wait is remembered."""

import random
import resource
import subprocess
import threading
import time
import unittest

import harness
from store.faults_test import greystate, options, passes, waits

NOW = 1_700_000_000
SECONDS = 8
AT_ONCE = 16


def request(sender, at=NOW, **more):
    return harness.request(sender=sender, policy_test_time=at, **more)


class Storm(harness.Case):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"

    def decisions(self, questions, **popen):
        answers = harness.ask(b"".join(map(harness.block, questions)), *options(self.state), "--until-eof", timeout=120, **popen)
        return [answer.removeprefix("action=") for answer in answers.output.decode().split("\n\n")[:-1]]

    def test_no_acknowledged_attempt_is_lost_when_processes_die(self):
        end = time.monotonic() + SECONDS
        acknowledged, answers = [], set()

        def client(number):
            chance = random.Random(number)
            attempts = 0
            while time.monotonic() < end:
                attempts += 1
                question = request(f"s{'abcdefghijklmnop'[number]}x{attempts}@example.net")
                child = subprocess.Popen([harness.GREYONCE, *map(str, options(self.state))], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                if chance.random() < 0.5:
                    threading.Timer(chance.random() * 0.01, child.kill).start()
                try:
                    output, _ = child.communicate(harness.block(question), timeout=harness.PATIENCE)
                except BrokenPipeError:
                    output = b""
                if output:
                    acknowledged.append(question)
                    answers.add(output)

        threads = [threading.Thread(target=client, args=[number]) for number in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        greystate("check", self.state, status=0)
        self.assertGreater(len(acknowledged), 100)
        self.assertEqual(answers, {b"action=DEFER_IF_PERMIT Greylisted, please try again later\n\n"})
        remembered = greystate("export", self.state).stdout.decode()
        self.assertEqual([question["sender"] for question in acknowledged if f" {question['sender']} " not in remembered], [])
        retries = [question | {"policy_test_time": NOW + 301, "instance": question["sender"]} for question in acknowledged]
        self.assertEqual([answer for answer in self.decisions(retries) if not passes(answer)], [])

    def test_where_there_is_no_room_the_known_pass_and_nobody_waits_in_vain(self):
        lines = [f"T {NOW - 5000} {NOW - 10} 000001 198.51.100.0 filler{i}@example.net bob@example.org" for i in range(9000)]
        greystate("import", self.state, "--from", "greyonce", input="\n".join([*lines, ""]).encode())

        def no_room():
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.state.stat().st_size,) * 2)

        known = [request(f"filler{i}@example.net", client_address="198.51.100.7", instance=f"k{i}") for i in range(9000)]
        self.assertEqual(set(self.decisions(known, preexec_fn=no_room)), {"DUNNO"})
        new = [request(f"n{'abcdefghij'[i % 10]}x{i}@example.net") for i in range(8000)]
        answers = self.decisions(new, preexec_fn=no_room)
        waiting = [question for question, answer in zip(new, answers) if waits(answer)]
        unknown = [question for question, answer in zip(new, answers) if answer == "DUNNO"]
        self.assertEqual(len(waiting) + len(unknown), len(new))
        self.assertGreater(min(len(waiting), len(unknown)), 10)
        retries = [question | {"policy_test_time": NOW + 301, "instance": question["sender"]} for question in waiting]
        self.assertTrue(all(map(passes, self.decisions(retries, preexec_fn=no_room))))
        self.assertTrue(all(map(waits, self.decisions(unknown))))
        greystate("check", self.state, status=0)

    def test_a_flood_pushes_out_nobody_who_has_passed(self):
        passed = [f"T {NOW - 5000} {NOW - 10} 000001 198.51.100.0 filler{i}@example.net bob@example.org" for i in range(3000)]
        greystate("import", self.state, "--from", "greyonce", input="\n".join([*passed, ""]).encode())
        flood = [request(f"made-up-x{i}@example.com", at=NOW + i // 100) for i in range(30000)]
        answers = harness.ask(b"".join(map(harness.block, flood)), *options(self.state), "--until-eof", "--max-state-size",
                              "2M", timeout=300)
        self.assertEqual(set(answers.output.decode().strip().split("\n\n")),
                         {"action=DEFER_IF_PERMIT Greylisted, please try again later"})
        self.assertEqual(self.state.stat().st_size, 2 << 20)
        left = set(greystate("export", self.state).stdout.decode().split("\n"))
        self.assertEqual(set(passed) - left, set())


if __name__ == "__main__":
    unittest.main()
