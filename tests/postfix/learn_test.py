"""Postfix tells greyonce whom its own users write to, and asks about all recipients of a message under one instance."""

import time
import unittest

import harness
from postfix.instance import PostfixCase

SERVICE = "{ unix:private/greyonce, default_action=DUNNO }"
PAGE = harness.TOP / "src/tasks/postfix-by-hand.md"
OURS = "198.51.100.9"
FRIEND = "192.0.2.2"  # friend.example.com


def restriction_of_the_page():
    page = PAGE.read_text()
    start = page.index("    -o {")
    return page[start:page.index("\n\n", start)]


class LearnTest(PostfixCase):
    def start_with_submission(self):
        self.submission = harness.free_port()
        ours = f"check_client_access inline:{{{OURS}=permit}}"
        restriction = restriction_of_the_page().replace("permit_sasl_authenticated", ours)
        self.start_postfix(SERVICE, "--until-eof",
                           services=f"127.0.0.1:{self.submission} inet n - n - 20 smtpd\n{restriction}\n    -o {{ smtpd_relay_restrictions = {ours}, reject }}\n")
        self.master.wait_for(lambda: harness.is_listening((harness.LOOPBACK, self.submission)), "the submission service")

    def rcpt(self, sender, *recipients, **options):
        smtp = self.smtp(**options)
        smtp.mail(sender)
        codes = [smtp.rcpt(recipient).code for recipient in recipients]
        smtp.close()
        return codes

    def test_an_answer_to_what_a_user_has_sent_does_not_wait(self):
        self.configure(auto_whitelist_correspondents="yes")
        self.start_with_submission()
        self.assertEqual(self.rcpt("bob@example.org", "alice@mail.example.net", client=OURS, port=self.submission), [250])
        self.assertEqual(self.rcpt("ann@example.net", "bob@example.org", "carol@example.org", client=FRIEND), [250, 450])
        self.assertEqual(self.rcpt("ann@example.net", "bob@example.org", client="192.0.2.77"), [450])
        self.assertEqual(self.rcpt("ann@example.com", "bob@example.org", client=FRIEND), [450])

    def test_by_default_nothing_is_learned(self):
        self.start_with_submission()
        self.rcpt("bob@example.org", "alice@mail.example.net", client=OURS, port=self.submission)
        self.assertEqual(self.rcpt("ann@example.net", "bob@example.org", client=FRIEND), [450])

    def test_later_recipients_of_a_message_pass_with_one_that_has_passed(self):
        self.configure(one_verdict="yes", delay="2s")
        self.start_postfix(SERVICE, "--until-eof")
        self.assertEqual(self.rcpt("ann@example.net", "known@example.org"), [450])
        time.sleep(2.1)
        self.assertEqual(self.rcpt("ann@example.net", "first@example.org", "known@example.org", "new@example.org"), [450, 250, 250])
        self.assertEqual(self.rcpt("ann@example.net", "other@example.org"), [450])


if __name__ == "__main__":
    unittest.main()
