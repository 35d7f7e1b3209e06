"""Everything that an SMTP client can make long, by a real Postfix: the reply is never better than the plain request's."""

import subprocess
import unittest

import harness
from postfix.instance import DAEMONS, PostfixCase

NAME, VALUE, LINE = 255, 512, 2048  # bytes: of a name and of anything else in the filter; of a line in Postfix

# A byte of each class, as it stands in a HELO name and unquoted in a local part.
LETTERS = ["a", "%", "#", "é", "="]
TOO_SOON = "SMTP protocol synchronization"
REFUSALS = {454, 501, 503, TOO_SOON}  # of Postfix itself: a relay by %, no such address
UNTIL_EOF = ("{ unix:private/greyonce, default_action=DUNNO }", "--until-eof")
ONE_REQUEST = ("{ unix:private/greyonce, request_limit=1, default_action=DUNNO }",)


def around(*limits):
    return [length for limit in limits for length in range(limit - 2, limit + 3)]


HELO_LENGTHS = [1, 63, 64, *around(128, NAME, VALUE, 1000, LINE - len("EHLO ")), 4096, 8192, 16376, 16384, 70000]
LOCAL_LENGTHS = [1, *around(64, 128, 243, NAME, VALUE), 1000, *around(LINE - len("RCPT TO:<@example.org>")), 5000, 70000]


def of_bytes(letter, length):
    """So many bytes; what a letter of two bytes leaves over is an `x`."""
    size = len(letter.encode())
    return letter * (length // size) + "x" * (length % size)


def ends_who_sends_too_soon():
    """From 3.9 on Postfix takes what a line is too long by for a command that did not wait for its turn, and ends the connection."""
    default = subprocess.run([harness.PEERS / "usr/sbin/postconf", "-dh", "smtpd_forbid_unauth_pipelining"], check=True,
                             env={"LD_LIBRARY_PATH": str(DAEMONS)}, stdout=subprocess.PIPE, text=True).stdout.strip()
    return default == "yes"


class LimitsTest(PostfixCase):
    def rules(self, *lines):
        source = self.folder / "rules"
        source.write_text("".join(f"{line}\n" for line in lines))
        subprocess.run([harness.GREYRULES, "compile", "-o", self.folder / "rules.cdb", source], check=True)

    def reply(self, helo="mail.example.net", sender="alice@example.net", recipient="bob@example.org", verb="EHLO"):
        """The code of the first reply that refuses, or of the last one."""
        commands = [f"{verb} {helo}", f"MAIL FROM:<{sender}>" + ("" if (sender + recipient).isascii() else " SMTPUTF8"),
                    f"RCPT TO:<{recipient}>"]
        with self.smtp(helo=None) as smtp:
            for command in commands:
                if (reply := smtp.command(command)).code != 250:
                    break
            return TOO_SOON if TOO_SOON in reply.text else reply.code

    def mailboxes(self):
        for length in LOCAL_LENGTHS:
            for letter in LETTERS:
                yield of_bytes(letter, length)
            yield f'"{of_bytes("a ", max(length - 2, 1))}"'

    def each_long_one(self, verdict, own_refusals):
        """Whatever is long in whatever place: the verdict, or Postfix itself refuses."""
        replies = [self.reply(helo=of_bytes(letter, length), verb=verb) for length in HELO_LENGTHS for letter in LETTERS
                   for verb in ("EHLO", "HELO")]
        replies += [self.reply(sender=f"{local}@example.net") for local in self.mailboxes()]
        replies += [self.reply(sender=f"alice@{'.'.join(['a' * 50] * count)}.example") for count in range(1, 12)]
        replies += [self.reply(sender=sender) for sender in ("", "alice@[192.0.2.1]", "@a.example:alice@b.example")]
        replies += [self.reply(recipient=f"{local}@example.org") for local in self.mailboxes()]
        self.assertLessEqual(set(replies), {verdict, *own_refusals})
        self.assertGreater(replies.count(verdict), 250)

    def test_with_the_greylist_every_long_one_waits(self):
        self.start_postfix(*UNTIL_EOF)
        self.each_long_one(450, REFUSALS)

    def test_one_request_a_process_waits_alike(self):
        self.start_postfix(*ONE_REQUEST)
        self.each_long_one(450, REFUSALS)

    def test_with_a_rule_every_long_one_is_refused(self):
        self.start_postfix(*UNTIL_EOF)
        self.rules("client 192.0.2.1 reject no", "default pass")
        self.each_long_one(554, REFUSALS)

    def test_a_rule_about_the_helo_name_or_the_sender_holds_at_every_length(self):
        self.start_postfix(*UNTIL_EOF)
        self.rules("helo /^dyn/ reject no", "default pass")
        for length in HELO_LENGTHS:
            reply = self.reply(helo="dyn" + "a" * length)
            self.assertIn(reply, {554} if length < LINE - len("EHLO dyn\r\n") else {554, TOO_SOON}, length)
        self.rules("sender @bad.example reject no", "default pass")
        replies = [self.reply(sender=f"{local}@bad.example") for local in self.mailboxes()]
        self.assertLessEqual(set(replies), {554, *REFUSALS})
        self.assertGreater(replies.count(554), 100)

    def test_names_that_change_in_a_session_and_pipelined_recipients_are_decided_each(self):
        self.start_postfix(*UNTIL_EOF)
        self.rules("helo /^dyn/ reject no", "default greylist")
        longest = 2000 if ends_who_sends_too_soon() else 16376
        with self.smtp(helo=None) as smtp:
            for name, code in (("short.example.net", 450), ("dyn" + "a" * (longest - 100), 554), ("a" * longest, 450), ("dyn" + "a" * 300, 554)):
                smtp.command(f"EHLO {name}")
                commands = ["MAIL FROM:<alice@example.net>", *(f"RCPT TO:<{'x' * length}@example.org>" for length in (1, 64, 200)),
                            "RSET", "MAIL FROM:<>", "RCPT TO:<bob@example.org>", "RSET"]
                smtp.send("\r\n".join(commands))
                self.assertEqual([smtp.reply().code for _ in commands], [250, code, code, code, 250, 250, code, 250])


if __name__ == "__main__":
    unittest.main()
