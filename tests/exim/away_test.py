"""The filter is away, dies or talks nonsense: the mail passes, whole, and the main log says so.

Each way of being away is met by several connections, with several messages of five recipients each, and by the next
connection once the filter is back.
"""

import os
import shutil
import unittest

from exim.away import REFUSAL, AwayCase
from exim.daemon import WAYS
from exim.stand_in import ANSWERS, CLOSES_AFTER_READING, CLOSES_AT_ONCE, SILENT

# What stands in the program's place.
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

class NobodyListensTest(AwayCase):
    """Ours: no client can take the socket away."""


def absent(_, address):
    assert not os.path.exists(address)


def refused(case, _):
    """The server has gone and left its socket."""
    server = case.stand_in("unix", SILENT).start()
    server.stop()


def denied(case, address):
    case.stand_in("unix", REFUSAL).start()
    os.chmod(address, 0o600)


def not_listened_on(case, _):
    case.stand_in("unix", SILENT, backlog=None)


def passes_and_asks_no_more_in_the_connection(way_of_being_away):
    def test(self):
        self.ask_at("unix")
        way_of_being_away(self, self.address("unix"))
        open_meanwhile = self.smtp()
        self.recipients(open_meanwhile, "meanwhile@example.net")
        for number in range(3):
            self.connection(f"c{number}")
            self.assert_logged(f"c{number}", 1)
        self.address("unix").unlink(missing_ok=True)
        server = self.stand_in("unix", REFUSAL).start()
        self.assert_asked_again()
        asked = len(server.requests)
        self.message(open_meanwhile, "meanwhile@example.net")
        self.assertEqual(len(server.requests), asked)
        self.assert_whole()
    return test


def passes_every_recipient_over_tcp_and_asks_again_at_each(listens_then_closes):
    def test(self):
        self.ask_at("tcp")
        if listens_then_closes:
            self.stand_in("tcp", SILENT).start().stop()
        connection = self.smtp()
        self.message(connection, "first@example.net")
        for number in range(3):
            self.connection(f"c{number}")
            self.assert_logged(f"c{number}", 20)
        self.stand_in("tcp", REFUSAL).start()
        self.assert_asked_again(connection, self.smtp())
        self.assert_whole()
    return test


class NoFileToHoldTest(AwayCase):
    """Exim's user may not read /etc/passwd: what Exim writes after a question that failed cannot be kept apart."""

    def setUp(self):
        super().setUp()
        hidden = shutil.copy("/etc/passwd", self.folder / "passwd")
        os.chmod(hidden, 0o600)
        seen_by = self.name_server.seen_by

        def seen_without(command, folder):
            return ["unshare", "--mount", "sh", "-c", f'mount --bind {hidden} /etc/passwd && exec "$@"', "sh", *seen_by(command, folder)]
        self.name_server.seen_by = seen_without

    def assert_no_message_is_taken(self, smtp):
        for number in range(3):
            self.recipients(smtp, f"{number}@example.net")
            self.assertEqual(smtp.data("Subject: x\n\nbody of x\n").code, 451)

    def test_unix_no_message_is_taken_that_would_be_lost(self):
        self.ask_at("unix")
        server = self.stand_in("unix", "action=DUNNO\n\n").start()
        open_meanwhile = self.smtp()
        self.message(open_meanwhile, "first@example.net")
        server.stop()
        self.address("unix").unlink()
        self.assert_no_message_is_taken(open_meanwhile)
        self.assert_no_message_is_taken(self.smtp())
        self.stand_in("unix", "action=DUNNO\n\n").start()
        self.message(self.smtp(), "last@example.net")
        self.assert_whole(panic="failed to open /etc/+passwd")


class BadAnswersTest(AwayCase):
    """What a client may have caused says nothing about the next recipient: it is asked about, in the same connection."""


def passes_only_the_recipient_whose_answer_was_bad(way, does):
    def test(self):
        self.ask_at(way)
        server = self.stand_in(way, does).start()
        first = self.smtp()
        self.recipients(first, "first@example.net")
        for number in range(2):
            self.connection(f"c{number}")
            self.assert_logged(f"c{number}", 20)
        server.does = REFUSAL
        self.assert_asked_again(first, self.smtp())
        self.assertGreaterEqual(len(server.requests), 2 * 20 + 5)
        self.assert_whole()
    return test


class ProgramTest(AwayCase):
    """The program that `${run}` or a server starts is not there, or is not ours."""


def lets_the_mail_pass_without_a_program(way):
    def test(self):
        self.start_exim(way)
        first = self.smtp()
        program = self.program.read_bytes()
        self.program.chmod(0o644)
        self.recipients(first, "first@example.net")
        self.connection("not-executable")
        self.program.unlink()
        self.recipients(first, "first@example.net")
        self.connection("missing")
        for name in ("not-executable", "missing"):
            self.assert_logged(name, 20)
        self.program.write_bytes(program)
        self.program.chmod(0o755)
        for smtp in (first, self.smtp()):
            smtp.command("RSET")
            smtp.mail("again@example.net")
            self.assertEqual(smtp.rcpt("bob@example.org").code, 450)
        self.assert_whole()
    return test


def lets_the_mail_pass_when_the_program_talks_nonsense_or_dies(way):
    def test(self):
        self.start_exim(way)
        smtp = self.smtp()
        for name, script in NONSENSE.items():
            with self.subTest(name), self.smtp() as other:
                self.replace_program(script)
                self.recipients(smtp, f"{name}.1@example.net")
                self.message(other, f"{name}.2@example.net")
                self.assert_logged(name, 10)
        # One that ended before Exim had written is asked eight times in a message, and on a slow machine many do.
        self.message(smtp, "last@example.net")
        # Who ends before its request has come takes the answer away with it.
        self.replace_program(f"sed '/^$/q' > /dev/null; printf '{REFUSAL}'")
        self.assert_asked_again(smtp, self.smtp())
        self.assert_whole(panic="killed by signal" if way in ("run", "base64") else "")
    return test


for way_away in (absent, refused, denied, not_listened_on):
    setattr(NobodyListensTest, f"test_unix_{way_away.__name__}_passes_and_asks_no_more_in_the_connection",
            passes_and_asks_no_more_in_the_connection(way_away))
for label, listened in {"absent": False, "refused": True}.items():
    setattr(NobodyListensTest, f"test_tcp_{label}_passes_every_recipient_and_asks_again_at_each",
            passes_every_recipient_over_tcp_and_asks_again_at_each(listened))
for way_in in ("unix", "tcp"):
    for label, behaviour in (ANSWERS | {"closes_at_once": CLOSES_AT_ONCE, "closes_after_reading": CLOSES_AFTER_READING}).items():
        setattr(BadAnswersTest, f"test_{way_in}_{label}_passes_only_the_recipient_whose_answer_was_bad",
                passes_only_the_recipient_whose_answer_was_bad(way_in, behaviour))
for way_in in WAYS:
    for proof in (lets_the_mail_pass_without_a_program, lets_the_mail_pass_when_the_program_talks_nonsense_or_dies):
        setattr(ProgramTest, f"test_{way_in}_{proof.__name__}", proof(way_in))

if __name__ == "__main__":
    unittest.main()
