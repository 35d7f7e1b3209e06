"""What the system's log receives of a decision: the facility, the priority, the program and its number, and one line."""

import re
import shutil
import socket
import subprocess
import time
import unicodedata
import unittest
from pathlib import Path

from ask.scripted import Scripted, answering
from bench.dev_log import Syslog
from harness import GREYONCE, GREYRULES, Case, block, limited, request, wait_until
from weight.dns_server import Nameserver

MAIL, LOCAL3 = 2 << 3, 19 << 3
WARNING, INFO = 4, 6
LONGEST_LINE, LONGEST_VALUE = 2048, 256  # greyonce(8), LOG

# A value of each kind of what a client may say: long, wide, and as if it were more than a value.
VALUES = {
    "letters": "a" * 16000,
    "labels": "label." * 2600,
    "blanks": "x" + " " * 16000,
    "wide characters": "\N{SNOWMAN}" * 5000,
    "what cannot be seen": "\N{RIGHT-TO-LEFT OVERRIDE}\N{TAG LATIN SMALL LETTER A}\N{SOFT HYPHEN}" * 1000,
    "escapes": "%20" * 5000,
    "quotes": '"\\' * 8000,
    "other fields of a decision": "x, recipient=ceo@example.org, sender=ceo@example.org, client_name=x, action=pass",
    "the same without blanks": "recipient=ceo@example.org,sender=ceo@example.org,client_name=x,action=pass",
    "other fields of a weight": '"x> <to=ceo@example.org>; rate: -9.9; dns: 1 ms; <from=ceo@example.org> <helo=x> <client=x"',
}
FIELDS = re.compile(r"(?:action|reason|client_name|client_address|sender|recipient)=|<(?:client|helo|from|to)=|rate: |dns: ")


class SyslogLines(Case):
    messages = 0

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

    def test_what_comes_at_the_deadline_or_by_a_signal_is_a_line_too(self):
        for how, told in (("--deadline=1", "the deadline was reached"), ("--deadline=30", "ended by the signal TERM")):
            with Syslog(self.folder) as syslog:
                child = subprocess.Popen([*syslog.seen_by(), GREYONCE, "--config", "/dev/null", "--syslog-facility=local3", how],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                self.addCleanup(limited(child))
                with child:
                    wait_until(lambda child=child: Path(f"/proc/{child.pid}/syscall").read_text().startswith("0 ") and
                               "greyonce" in Path(f"/proc/{child.pid}/comm").read_text(), "the filter to read")
                    if "TERM" in told:
                        child.terminate()
                    self.assertEqual(child.stdout.read(), b"action=DUNNO\n\n")
            shutil.rmtree(self.folder / "dev")
            self.assertEqual(syslog.texts, [f"<{LOCAL3 | WARNING}>greyonce[{child.pid}]: warning: {told}: answering DUNNO"])

    def test_nothing_that_a_client_says_makes_a_line_long_or_brings_a_field(self):
        """Everything that can write a line does: rules, the weight, another server, the greylist."""
        self.write_rules()
        with Nameserver({}) as nameserver:
            self.write_configuration(nameserver)
            plain = self.lines_about(request(sender="alice@example.net"))
            for name, value in VALUES.items():
                for attribute in ("helo_name", "sender", "recipient", "client_name", "reverse_client_name", "queue_id", "instance",
                                  "sasl_sender", "ccert_subject", None):
                    odd = {attribute: value} if attribute else dict.fromkeys(request(), value) | {"client_address": "192.0.2.1"}
                    odd |= {"request": "smtpd_access_policy", "protocol_state": "RCPT", "sasl_username": ""}
                    with self.subTest(value=name, attribute=attribute or "all"):
                        self.look_at(self.lines_about(request(**odd)), plain)

    def write_rules(self):
        # The second is over the limits of matching on a long value.
        (self.folder / "rules").write_text("sender /^(a+)+b$/ pass\nhelo /^(a|a.|.a)*$/ ask other\nclient 192.0.2.1 ask other\n")
        subprocess.run([GREYRULES, "compile", "-o", self.folder / "rules.cdb", self.folder / "rules"], check=True, capture_output=True)

    def write_configuration(self, nameserver):
        server = Scripted(self, answering("action=PREPEND X-Long: " + "y, recipient=z " * 300 + "\n\n"))
        (self.folder / "config").write_text(
            f"weight = yes\nham-memory = 0\nspam-memory = 0\nnameserver = {nameserver.name}\nrules = {self.folder / 'rules.cdb'}\nask = {server.name}\n"
            f"delay = 0\nask-when = before\nstate = {self.folder / 'state'}\n")

    def lines_about(self, question):
        self.messages += 1  # one that is known is not weighed again
        with Syslog(self.folder) as syslog:
            subprocess.run([*syslog.seen_by(), GREYONCE, "--config", self.folder / "config"],
                           input=block({"instance": f"message.{self.messages}"} | question), capture_output=True, check=False)
        shutil.rmtree(self.folder / "dev")
        return syslog.texts

    def look_at(self, lines, plain):
        self.assertLessEqual(len([line for line in lines if "over the limits of matching" not in line]), len(plain))
        for line in lines:
            self.assertLessEqual(len(line.encode()), LONGEST_LINE)
            self.assertEqual([c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")], [])
            fields = FIELDS.findall(line)
            self.assertEqual(len(fields), len(set(fields)), line)
            for value in re.findall(r"(?:client_name|sender|recipient)=(.*?)(?:, |$)|<(?:helo|from|to)=(.*?)>", line):
                self.assertLessEqual(len("".join(value).encode()), LONGEST_VALUE)
        self.assertEqual(sum(", recipient=" in line for line in lines), 1)
        self.assertEqual(sum("weighted check: rate: " in line and "; <to=" in line[:100] for line in lines), 1)

    def fill(self, path):
        """Sockets that have sent as much as the daemon's queue holds."""
        senders = []
        try:
            while True:
                senders.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK))
                self.addCleanup(senders[-1].close)
                senders[-1].sendto(b"x", str(path))
        except BlockingIOError:
            return

    def test_a_daemon_that_has_come_to_a_halt_holds_up_neither_the_answer_nor_the_next_request(self):
        syslog = Syslog(self.folder)  # and nobody listens
        self.addCleanup(syslog.socket.close)
        self.fill(syslog.devices / "log")
        start = time.monotonic()
        done = subprocess.run([*syslog.seen_by(), GREYONCE, "--config", "/dev/null", "--state", self.folder / "state",
                               "--until-eof"], input=block(request()) * 5, capture_output=True, check=False)
        self.assertLess(time.monotonic() - start, 3)
        self.assertEqual((done.returncode, done.stdout.count(b"action=DEFER")), (0, 5))


if __name__ == "__main__":
    unittest.main()
