"""Exim whose filter is away, and what has to hold then: the mail passes, whole, and nothing else is written to."""

import re

import harness
from exim.daemon import PIECES, WAYS, EximCase, in_one_word
from exim.stand_in import StandIn

RECIPIENTS = [f"{name}@example.org" for name in ("bob", "carol", "dave", "erin", "frank")]
REFUSAL = "action=REJECT no\n\n"


class AwayCase(EximCase):
    def address(self, way):
        """Where the filter is asked over a socket."""
        return self.folder / "run/greyonce.sock" if way == "unix" else (harness.LOOPBACK, self.filter_port)

    def setUp(self):
        super().setUp()
        self.filter_port = harness.free_port()
        self.messages = 0
        (self.folder / "run").mkdir()

    def ask_at(self, way):
        """Exim, asking where there may or may not be a server."""
        macro = "GREYONCE_SOCKET" if way == "unix" else "GREYONCE_ADDRESS"
        self.run_exim_with(f".include {PIECES}/greyonce\n.include {PIECES}/{WAYS[way]}\n",
                           macros={macro: in_one_word(self.address(way))})

    def stand_in(self, way, does, **options):
        server = StandIn(self.address(way), does, **options)
        self.addCleanup(server.stop)
        return server

    def recipients(self, smtp, sender, recipients=tuple(RECIPIENTS)):
        smtp.command("RSET")
        smtp.mail(sender)
        for recipient in recipients:
            reply = smtp.rcpt(recipient)
            self.assertEqual((reply.code, reply.text), (250, "Accepted"))

    def message(self, smtp, sender, recipients=tuple(RECIPIENTS)):
        self.recipients(smtp, sender, recipients)
        self.messages += 1
        self.assertEqual(smtp.data(f"Subject: {sender}\n\nbody of {sender}\n").code, 250)

    def connection(self, name):
        """Two messages that are taken back, and two that are not."""
        with self.smtp(timeout=100) as smtp:
            self.recipients(smtp, f"{name}.1@example.net")
            self.recipients(smtp, f"{name}.2@example.net")
            self.message(smtp, f"{name}.3@example.net")
            self.message(smtp, f"{name}.4@example.net")
            self.assertEqual(smtp.command("QUIT").code, 221)

    def assert_whole(self, panic=""):
        """Every message came with its text, its line is in the log, and no file has bytes of a request."""
        mail = self.delivered(self.messages)
        bodies = re.findall(r"^Subject: (.*)\n\n((?:(?!From ).*\n)*)", mail, re.MULTILINE)
        self.assertEqual({(subject, text.strip()) for subject, text in bodies},
                         {(subject, f"body of {subject}") for subject, _ in bodies})
        self.assertEqual(len(bodies), self.messages)
        self.assertEqual(self.log().count(" <= "), self.messages)
        self.assertRegex(self.log("panic"), panic or r"\A\Z")
        for file in self.folder.rglob("*"):
            if file.is_file() and file.suffix != ".conf":
                self.assertNotIn(b"\nprotocol_state=RCPT", file.read_bytes(), file)

    def assert_logged(self, name, lines):
        """A connection's lines, however many its recipients."""
        ours = [line for line in self.log().splitlines() if f"greyonce: no answer for <{name}." in line]
        self.assertEqual(len(ours), lines, ours)

    def assert_asked_again(self, *connections):
        for smtp in connections or [self.smtp()]:
            smtp.command("RSET")
            smtp.mail("again@example.net")
            self.assertEqual(smtp.rcpt("bob@example.org").code, 554)
