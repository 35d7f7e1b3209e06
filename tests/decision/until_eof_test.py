"""One process for many requests: what changes between two of them counts at once."""

import os
import shutil
import subprocess
import unittest

from harness import GREYONCE, GREYRULES, Case, ask, block, limited, request

DEFERRED = "DEFER_IF_PERMIT Greylisted, please try again later"


class UntilEof(Case):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.rules = self.folder / "rules.cdb"
        self.compile("reject")
        self.child = self.running()

    def running(self):
        child = subprocess.Popen(
            [GREYONCE, "--config", "/dev/null", "--until-eof", "--state", self.state, "--rules", self.rules, "--log", "stderr",
             "--clock", "request"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(limited(child))
        self.addCleanup(child.communicate)
        return child

    def compile(self, verdict, name="rules.cdb"):
        source = self.folder / "source"
        source.write_text(f"sender bad@example.net {verdict} for the {verdict}\n" if verdict != "pass" else
                          "sender bad@example.net pass\n")
        subprocess.run([GREYRULES, "compile", "-o", self.folder / name, source], check=True, capture_output=True)

    def ask(self, time=1000, **attributes):
        self.child.stdin.write(block(request(policy_test_time=time, **attributes)))
        self.child.stdin.flush()
        answer = self.child.stdout.readline() + self.child.stdout.readline()
        self.assertNotEqual(answer, b"", "no answer in time")
        self.assertTrue(answer.startswith(b"action=") and answer.endswith(b"\n\n"), answer)
        return answer.decode()[len("action="):-2]

    def test_rules_that_are_compiled_anew_hold_from_the_next_request_on(self):
        self.assertEqual(self.ask(sender="bad@example.net"), "REJECT for the reject")
        self.compile("defer")
        self.assertEqual(self.ask(sender="bad@example.net"), "DEFER for the defer")
        self.compile("pass")
        self.assertEqual(self.ask(sender="bad@example.net"), "DUNNO")
        self.rules.unlink()
        self.assertEqual(self.ask(sender="bad@example.net"), DEFERRED)
        self.compile("reject")
        self.assertEqual(self.ask(sender="bad@example.net"), "REJECT for the reject")

    def test_rules_that_are_written_over_hold_too(self):
        self.assertEqual(self.ask(sender="bad@example.net"), "REJECT for the reject")
        self.compile("pass", "other.cdb")
        shutil.copyfile(self.folder / "other.cdb", self.rules)
        self.assertEqual(self.ask(sender="bad@example.net"), "DUNNO")
        self.rules.write_bytes(b"")
        self.assertEqual(self.ask(sender="bad@example.net"), DEFERRED)

    def test_a_state_that_is_taken_away_is_made_anew(self):
        self.assertEqual(self.ask(1000), DEFERRED)
        self.state.rename(self.folder / "old")
        self.assertEqual(self.ask(2000), DEFERRED)
        self.assertRegex(self.ask(3000), "^PREPEND .* 1000 seconds")
        os.replace(self.folder / "old", self.state)
        self.assertRegex(self.ask(3000), "^PREPEND .* 2000 seconds")

    def test_a_state_that_is_emptied_is_filled_anew(self):
        self.assertEqual(self.ask(1000), DEFERRED)
        os.truncate(self.state, 0)
        self.assertEqual(self.ask(2000), DEFERRED)
        self.assertRegex(self.ask(3000), "^PREPEND .* 1000 seconds")
        checked = subprocess.run([GREYONCE.parent / "greystate", "check", self.state], capture_output=True, check=False)
        self.assertEqual((checked.returncode, checked.stderr), (0, b""))

    def test_a_state_that_is_emptied_and_filled_by_another_is_read_anew(self):
        self.assertEqual(self.ask(1000), DEFERRED)
        os.truncate(self.state, 0)
        other = ask(request(policy_test_time=1500), "--config", "/dev/null", "--state", self.state, "--log", "none", "--clock",
                    "request")
        self.assertEqual(other.action, DEFERRED)
        self.assertRegex(self.ask(2000), "^PREPEND .* 500 seconds")

    def test_a_state_that_is_damaged_and_mended_is_used_again(self):
        self.assertEqual(self.ask(1000), DEFERRED)
        kept = self.state.read_bytes()
        self.state.write_bytes(b"no state at all")
        self.assertEqual(self.ask(2000), "DUNNO")
        self.state.write_bytes(kept)
        self.assertRegex(self.ask(2000), "^PREPEND .* 1000 seconds")


if __name__ == "__main__":
    unittest.main()
