"""Rules that say how the greylist is to be asked: their own delay, retry window, network."""

import subprocess
import time
import unittest

from decision.answers_test import GREYLISTED, Filter
from harness import GREYRULES, GREYSTATE, request


class GreylistRules(Filter):
    def compile(self, *lines):
        source, compiled = self.folder / "rules", self.folder / "rules.cdb"
        source.write_text("".join(f"{line}\n" for line in lines))
        subprocess.run([GREYRULES, "compile", "-o", compiled, source], check=True)
        return compiled

    def test_a_rules_own_delay_holds_and_the_log_names_the_rule(self):
        rules = self.compile("client 192.0.2.1 greylist delay=10")
        self.assertEqual(self.at(1000, "--rules", rules), GREYLISTED)
        answer = self.ask(request(policy_test_time=1010), "--rules", rules, "--clock", "request", "--log", "stderr")
        self.assertRegex(answer.action, "^PREPEND ")
        self.assertIn(f"rule={self.folder}/rules:1", answer.stderr.decode())

    def test_a_rules_network_widens_the_key_of_its_own_family(self):
        rules = self.compile("client .example.net greylist network=16", "client .example.com greylist network=48")
        for name, first, second, later in (("a.example.net", "198.51.1.1", "198.51.200.1", "PREPEND"),
                                           ("a.example.net", "2001:db8:1::1", "2001:db8:2::1", "DEFER"),
                                           ("a.example.com", "2001:db8:3:1::1", "2001:db8:3:2::1", "PREPEND"),
                                           ("a.example.com", "203.0.113.1", "203.0.112.1", "DEFER")):
            self.at(1000, "--rules", rules, client_name=name, client_address=first)
            self.assertRegex(self.at(1400, "--rules", rules, client_name=name, client_address=second), f"^{later}")

    def test_what_waits_by_a_longer_retry_window_is_not_expired(self):
        rules = self.compile("client 192.0.2.1 greylist retry-window=10d")
        three_days_ago = int(time.time()) - 3 * 86400
        self.assertEqual(self.at(three_days_ago, "--rules", rules), GREYLISTED)
        config = self.folder / "greyonce.conf"

        config.write_text(f"rules = {rules}\n")
        subprocess.run([GREYSTATE, "expire", self.state, "--config", config], check=True, capture_output=True)
        self.assertRegex(self.at(three_days_ago + 3 * 86400, "--rules", rules), "^PREPEND ")

        config.write_text("")
        self.at(three_days_ago, "--rules", rules, sender="other@example.net")
        done = subprocess.run([GREYSTATE, "expire", self.state, "--config", config], check=True, capture_output=True)
        self.assertRegex(done.stdout, b"^1 forgotten")


if __name__ == "__main__":
    unittest.main()
