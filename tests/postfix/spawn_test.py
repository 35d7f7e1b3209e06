"""Postfix asks greyonce through spawn(8), and one process for all at a listening socket."""

import concurrent.futures
import os
import subprocess
import time
import unittest

import harness
import hostile
from calling.waiting_server import WaitingServer
from postfix.instance import PostfixCase

ONE_REQUEST = "{ unix:private/greyonce, request_limit=1, default_action=DUNNO }"
UNTIL_EOF = "{ unix:private/greyonce, default_action=DUNNO }"
GREYLISTED = "4.2.0 <bob@example.org>: Recipient address rejected: Greylisted, please try again later"


class SpawnTest(PostfixCase):
    def defers_retries_and_delivers(self):
        smtp = self.smtp()
        first = smtp.message("alice@example.net", "bob@example.org")
        self.assertEqual((first.code, first.text), (450, GREYLISTED))
        time.sleep(2.1)
        self.assertEqual(smtp.message("alice@example.net", "bob@example.org").code, 250)
        self.assertRegex(self.delivered(), r"(?m)^X-Greylist: delayed \d+ seconds by greyonce")

    def answers_each_recipient_of_a_session(self):
        smtp = self.smtp()
        smtp.mail("alice@example.net")
        self.assertEqual({smtp.rcpt(f"bob{number}@example.org").code for number in range(5)}, {450})
        self.assertNotRegex(self.log(), "warning: (problem|timeout|process)")

    def test_one_request_a_process(self):
        self.configure(delay="2s")
        self.start_postfix(ONE_REQUEST)
        self.defers_retries_and_delivers()
        self.answers_each_recipient_of_a_session()

    def test_one_process_until_end_of_file(self):
        self.configure(delay="2s")
        self.start_postfix(UNTIL_EOF, "--until-eof")
        self.defers_retries_and_delivers()
        self.answers_each_recipient_of_a_session()

    def test_one_process_for_all_at_a_listening_socket(self):
        self.configure(delay="2s")
        with WaitingServer(self.folder, "--until-eof", command=(self.program,), config=self.configuration,
                           state="state/state") as server:
            os.chmod(server.path, 0o666)
            self.start_postfix(f"{{ unix:{server.path}, default_action=DUNNO }}")
            self.defers_retries_and_delivers()
            self.answers_each_recipient_of_a_session()
            self.assertEqual(server.statuses, [])
            server.kill()  # its connections are idle: they are closed, and Postfix makes others
            harness.wait_until(lambda: server.statuses == [0], "its end")
            self.assertEqual(self.smtp().message("alice@example.net", "bob@example.org").code, 250)

    def test_without_either_each_further_recipient_waits_a_second_and_is_answered(self):
        self.configure(delay="2s")
        self.start_postfix(UNTIL_EOF)
        self.defers_retries_and_delivers()
        self.answers_each_recipient_of_a_session()

    def test_a_whitelisted_client_passes(self):
        source = self.folder / "whitelist_clients"
        source.write_text("friend.example.com\n")
        subprocess.run([harness.GREYRULES, "compile", "-o", self.folder / "rules.cdb", "--whitelist-clients", source], check=True)
        self.start_postfix(ONE_REQUEST)
        self.assertEqual(self.smtp("192.0.2.2").message("alice@example.net", "bob@example.org").code, 250)
        self.assertEqual(self.smtp("192.0.2.9").message("alice@example.net", "bob@example.org").code, 450)

    def test_the_mail_passes_without_a_filter_where_the_default_action_says_so(self):
        self.start_postfix(ONE_REQUEST)
        for script in ("kill -9 $$", "exit 1", "printf 'action=DEFER_IF_PERMIT half'"):
            self.replace_program(script)
            self.assertEqual(self.smtp().message("alice@example.net", "bob@example.org").code, 250)
        self.program.unlink()
        self.assertEqual(self.smtp().message("alice@example.net", "bob@example.org").code, 250)

    def test_without_a_filter_and_a_default_action_it_waits(self):
        self.start_postfix("{ unix:private/greyonce, request_limit=1 }")
        self.program.unlink()
        self.assertEqual(self.smtp().message("alice@example.net", "bob@example.org").code, 451)

    def test_hostile_clients_are_deferred_like_any_other(self):
        self.start_postfix(UNTIL_EOF, "--until-eof")
        flag = self.folder / "state/flag"
        replies = [self.ask(*words) for words in hostile.everything(flag)]
        self.assertLessEqual(set(replies), {450, 454, 501, 503}, "deferred, or Postfix itself refuses")
        self.assertGreater(replies.count(450), 80)
        checked = subprocess.run([harness.GREYSTATE, "check", self.folder / "state/state"], capture_output=True, check=False)
        self.assertEqual(checked.returncode, 0, checked)
        self.assertFalse(flag.exists())
        self.assertNotIn("warning: problem", self.log())

    def ask(self, helo, sender, recipient):
        with self.smtp(helo=None) as smtp:
            smtp.command(f"EHLO {helo}")
            smtp.mail(sender, "" if (sender + recipient).isascii() else " SMTPUTF8")
            return smtp.rcpt(recipient).code

    def test_fifty_sessions_at_once_have_an_answer_for_every_recipient(self):
        def session(number):
            with self.smtp(f"192.0.{number}.1") as smtp:
                smtp.mail(f"alice@s{number}.example.net")
                return [smtp.rcpt(f"bob{recipient}@example.org").code for recipient in range(20)]
        for service, options in ((ONE_REQUEST, []), (UNTIL_EOF, ["--until-eof"])):
            with self.subTest(service):
                self.setUp()
                self.start_postfix(service, *options)
                with concurrent.futures.ThreadPoolExecutor(50) as pool:
                    replies = [code for codes in pool.map(session, range(1, 51)) for code in codes]
                self.assertEqual((len(replies), set(replies)), (1000, {450}))
                self.assertNotIn("warning: problem", self.log())


if __name__ == "__main__":
    unittest.main()
