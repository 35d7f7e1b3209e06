"""The filter is away, dies, hangs or talks nonsense: the mail passes, and the main log says so."""

import unittest

from exim.daemon import WAYS, EximCase

# What stands in the filter's place.
NONSENSE = {
    "killed": "kill -9 $$",
    "aborted": "kill -6 $$",
    "empty": "exit 1",
    "blank_lines": "printf '\\n\\n'",
    "empty_action": "printf 'action=\\n\\n'",
    "half_a_line": "printf 'action=DEFER'",
    "no_empty_line": "printf 'action=DEFER_IF_PERMIT wait\\n'",
    "two_answers": "printf 'action=DUNNO\\n\\naction=REJECT no\\n\\n'",
    "before_the_answer": "printf 'warning: x\\naction=REJECT no\\n\\n'",
    "carriage_returns": "printf 'action=DEFER x\\r\\n\\r\\n'",
    "a_page": "printf '<html>$acl_m0 %%s</html>\\n\\n'",
    "megabytes": "head -c 3000000 /dev/zero | tr '\\0' x",
}


class Passing(EximCase):
    def assert_passed(self, smtp, sender, log_line="greyonce: no answer for <{}> to <bob@example.org>, passed"):
        smtp.mail(sender)
        reply = smtp.rcpt("bob@example.org")
        self.assertEqual((reply.code, reply.text), (250, "Accepted"))
        self.assertIn(log_line.format(sender), self.log())
        smtp.command("RSET")


class AwayTest(Passing):
    pass


def lets_the_mail_pass_without_a_filter(way):
    def test(self):
        self.start_exim(way)
        smtp = self.smtp()
        self.program.chmod(0o644)
        self.assert_passed(smtp, "not-executable@example.net")
        self.program.unlink()
        self.assert_passed(smtp, "missing@example.net")
        if way in ("unix", "tcp"):
            self.servers[0].stop()
            self.assert_passed(smtp, "no-server@example.net")
    return test


def lets_the_mail_pass_when_the_filter_talks_nonsense_or_dies(way):
    def test(self):
        self.start_exim(way)
        smtp = self.smtp()
        for name, script in NONSENSE.items():
            with self.subTest(name):
                self.replace_program(script)
                self.assert_passed(smtp, f"{name}@example.net")
    return test


class SilenceTest(Passing):
    def test_a_silent_filter_holds_a_socket_for_five_seconds_only(self):
        self.start_exim("unix")
        self.replace_program("exec sleep 100")
        self.assert_passed(self.smtp(timeout=30), "silent@example.net")

    def test_a_stopped_filter_under_run_holds_the_mail_for_a_minute_and_lets_it_pass(self):
        self.start_exim("run")
        self.replace_program("kill -STOP $$")
        self.assert_passed(self.smtp(timeout=100), "stopped@example.net")


for proof in (lets_the_mail_pass_without_a_filter, lets_the_mail_pass_when_the_filter_talks_nonsense_or_dies):
    for name in WAYS:
        setattr(AwayTest, f"test_{name}_{proof.__name__}", proof(name))

if __name__ == "__main__":
    unittest.main()
