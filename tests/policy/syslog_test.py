"""What the system's log receives of a decision: the facility, the priority, the program and its number, and one line."""

import subprocess
import unittest

from bench.dev_log import Syslog
from harness import GREYONCE, Case, block, request

MAIL, LOCAL3 = 2 << 3, 19 << 3
WARNING, INFO = 4, 6


class SyslogLines(Case):
    def logged(self, question, *options):
        with Syslog(self.folder) as syslog:
            done = subprocess.run([*syslog.seen_by(), GREYONCE, "--config", "/dev/null", "--state", self.folder / "state",
                                   *options], input=block(question), capture_output=True, check=False)
        self.assertEqual(done.stderr, b"")
        return syslog.texts

    def test_a_decision_is_one_line(self):
        line, = self.logged(request())
        self.assertRegex(line, rf"^<{MAIL | INFO}>greyonce\[[0-9]+\]: action=greylist, reason=new, client_name=mail\.example\.net, "
                               r"client_address=192\.0\.2\.1, sender=alice@example\.net, recipient=bob@example\.org$")

    def test_trouble_is_a_warning_in_the_facility_that_was_asked_for(self):
        line, = self.logged("client_address=192.0.2.1\nsender=a\x01b\x1b[2J\n\n", "--syslog-facility=local3")
        self.assertRegex(line, rf"^<{LOCAL3 | WARNING}>greyonce\[[0-9]+\]: warning: malformed request: .*: answering DEFER_IF_PERMIT Request not understood, please try again later$")

    def test_bytes_of_the_client_are_cleaned(self):
        line, = self.logged(request(helo_name="x", sender="a\x07\r<13>forged\t%n%s@example.net"))
        self.assertRegex(line, r"^<22>greyonce\[[0-9]+\]: [!-~ ]+$")
        self.assertIn("%n%s@example.net", line)

    def test_each_of_many_is_a_line(self):
        lines = self.logged("".join(block(request(sender=f"s{number}@example.net")).decode() for number in range(100)),
                            "--until-eof")
        self.assertEqual(len(lines), 100)
        self.assertEqual({line.split("sender=")[1].split("@")[0] for line in lines}, {f"s{number}" for number in range(100)})


if __name__ == "__main__":
    unittest.main()
