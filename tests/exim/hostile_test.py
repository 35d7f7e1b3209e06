"""Hostile SMTP clients: nothing they say becomes another attribute, an option, a command, a header or a log line."""

import base64
import os
import subprocess
import time
import unittest
from pathlib import Path

import harness
import hostile
from exim.daemon import SERVERS, WAYS
from exim.recorder import RecordingCase, cut
from servers import starters


class HostileCase(RecordingCase):
    def setUp(self):
        super().setUp()
        self.flag = self.folder / "state/flag"

    def say(self, smtp, helo, sender, recipient):
        """The same again if Exim let it come so far that the filter was asked."""
        utf8 = "" if (sender + recipient).isascii() else " SMTPUTF8"
        replies = [smtp.command(f"EHLO {helo}"), smtp.mail(sender, utf8), smtp.rcpt(recipient)]
        return [helo, sender, recipient] if [reply.code for reply in replies] == [250, 250, 250] else None

    def told(self):
        for line in self.log().splitlines():
            if " told: " in line:
                yield [os.fsdecode(base64.b64decode(word)) for word in line.split(" told: ")[1].split(" ")]


# Exim's own account of what it was told, to hold against what arrived: it takes some odd addresses apart in its own way.
ACCOUNT = "  warn logwrite = told: ${str2b64:$sender_helo_name} ${str2b64:$sender_address} ${str2b64:$local_part@$domain}"


def hands_over_every_sender_recipient_and_helo_as_one_value(way):
    """What arrives is what was sent, in its own attribute, and every request has the same attributes in the same order. All
    are said in one connection, where each could leave something for the next."""
    def test(self):
        self.record()
        self.start_exim(way, before=ACCOUNT, settings="smtp_max_synprot_errors = 1000")
        with self.smtp(helo=None) as smtp:
            said = [self.say(smtp, *words) for words in hostile.everything(self.flag)]
        said = [words for words in said if words]
        asked = self.asked()
        self.assertGreater(len(said), 120)
        self.assertEqual(len(asked), len(said))
        for words, told, attributes in zip(said, self.told(), asked):
            with self.subTest(words):
                self.assertEqual([name for name, _ in attributes], [name for name, _ in asked[0]])
                values = dict(attributes)
                self.assertEqual([values[name] for name in ("helo_name", "sender", "recipient")], [cut(told[0]), *told[1:]])
                self.assertEqual([values[name] for name in ("helo_name", "sender")], [cut(words[0]), words[1]])
                self.assertEqual({name: values[name] for name in UNTOUCHED}, UNTOUCHED)
        self.assertEqual(len(set(name for name, _ in asked[0])), len(asked[0]))
        self.assertFalse(self.flag.exists())
        self.assertEqual(self.log("panic"), "")
    return test


UNTOUCHED = {"client_address": "192.0.2.1", "client_name": "mail.example.net", "sasl_username": "", "protocol_state": "RCPT",
             "queue_id": "", "size": "0"}


class TransportTest(HostileCase):
    pass


def decides_each_odd_request_by_itself(way):
    """Whatever is asked about is a first attempt and waits; ordinary mail is decided as if the odd had not been."""
    def test(self):
        self.start_exim(way, settings="smtp_max_synprot_errors = 1000", server=SERVERS.get(way))
        ordinary = ["mail.example.net", "alice@example.net", "bob@example.org"]
        self.assertEqual(self.ask(*ordinary), 450)
        replies = [self.ask(*words) for words in hostile.everything(self.flag)]
        self.assertEqual(set(replies), {450, 501, 503}, "deferred, or Exim itself says that it is no address")
        self.assertGreater(replies.count(450), 120)
        checked = subprocess.run([harness.GREYSTATE, "check", self.folder / "state/state"], capture_output=True, check=False)
        self.assertEqual(checked.returncode, 0, checked)
        self.configure(delay="0")
        self.until_changes_are_known()
        self.assertEqual(self.ask(*ordinary), 250)
        self.assertFalse(self.flag.exists())
        self.assertEqual(self.log("panic"), "")
    return test


def answers_every_recipient_of_a_pipelined_thousand(way):
    def test(self):
        self.configure(delay="0")
        self.start_exim(way, server=starters.inetd_wait)
        smtp = self.smtp()
        commands = ["MAIL FROM:<alice@example.net>", *(f"RCPT TO:<bob{number}@example.org>" for number in range(1000))]
        smtp.send("\r\n".join(commands))
        self.assertEqual({smtp.reply().code for _ in commands}, {250})
        self.assertEqual(smtp.data().code, 250)
    return test


def survives_a_client_that_leaves_while_the_filter_runs(way):
    def test(self):
        real = self.folder / "sbin/real"
        self.program.rename(real)
        self.replace_program(f"sleep 0.5; exec {real} \"$@\"")
        self.start_exim(way)
        for number in range(10):
            smtp = self.smtp()
            smtp.send(f"MAIL FROM:<alice{number}@example.net>\r\nRCPT TO:<bob@example.org>")
            smtp.close()
        self.assertEqual(self.ask("mail.example.net", "alice@example.net", "bob@example.org"), 450)
        harness.wait_until(lambda: children_of(self.exim.pid) == [], "Exim's children to go")
    return test


def children_of(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


class FilterTest(HostileCase):
    """The same corpus, and what a client can do with time and order, on the real filter."""

    def ask(self, helo, sender, recipient):
        """The code of the reply to RCPT."""
        with self.smtp(helo=None) as smtp:
            smtp.command(f"EHLO {helo}")
            smtp.mail(sender, "" if (sender + recipient).isascii() else " SMTPUTF8")
            return smtp.rcpt(recipient).code

    def test_a_helo_name_changed_between_messages_is_the_one_of_the_next_request(self):
        self.record()
        self.start_exim("run")
        smtp = self.smtp(helo="first.example.net")
        smtp.mail("alice@example.net")
        smtp.rcpt("bob@example.org")
        smtp.command("EHLO second.example.net")
        smtp.mail("alice@example.net")
        smtp.rcpt("bob@example.org")
        names = [dict(attributes)["helo_name"] for attributes in self.asked()]
        self.assertEqual(names, ["first.example.net", "second.example.net"])

    def test_nobody_forges_a_line_of_the_log_when_the_filter_is_away(self):
        self.program.unlink()
        self.start_exim("run", settings="smtp_max_synprot_errors = 1000")
        with self.smtp(helo=None) as smtp:
            for words in hostile.everything(self.flag):
                self.say(smtp, *words)
        lines = self.log().rstrip("\n").split("\n")
        for line in lines:
            self.assertRegex(line, r"\A\d{4}-\d\d-\d\d \d\d:\d\d:\d\d |\A Suggested action: ")
        ours = [line for line in lines if " greyonce: " in line]
        self.assertGreater(len(ours), 120)
        for line in ours:
            self.assertNotRegex(line, r"[\x00-\x08\x0a-\x1f\x7f]")


for way_in in WAYS:
    setattr(TransportTest, f"test_{way_in}_hands_over_every_sender_recipient_and_helo_as_one_value",
            hands_over_every_sender_recipient_and_helo_as_one_value(way_in))
    for proof in (decides_each_odd_request_by_itself, answers_every_recipient_of_a_pipelined_thousand,
                  survives_a_client_that_leaves_while_the_filter_runs):
        setattr(FilterTest, f"test_{way_in}_{proof.__name__}", proof(way_in))

if __name__ == "__main__":
    unittest.main()
