"""What each answer of the filter does to the mail."""

import unittest

from exim.daemon import EximCase

# Answer, and the reply to RCPT.
REPLIES = [
    ("DUNNO", 250, "Accepted"),
    ("dunno whatever follows", 250, "Accepted"),
    ("OK", 250, "Accepted"),
    ("450", 250, "Accepted"),
    ("DEFER_IF_PERMIT Greylisted, wait", 450, "4.7.1 Greylisted, wait"),
    ("defer_if_permit 4.2.0 Greylisted, wait", 450, "4.2.0 Greylisted, wait"),
    ("DEFER_IF_REJECT wait", 450, "4.7.1 wait"),
    ("DEFER wait", 450, "4.7.1 wait"),
    ("DEFER", 450, "4.7.1 Please try again later"),
    ("451 4.3.0 not now", 451, "4.3.0 not now"),
    ("421 4.3.2 too many", 421, "4.3.2 too many"),
    ("450 no extended code", 450, "no extended code"),
    ("REJECT", 554, "5.7.1 Access denied"),
    ("REJECT we know you", 554, "5.7.1 we know you"),
    ("REJECT 5.7.0 we know you", 554, "5.7.0 we know you"),
    ("550 5.7.1 no", 550, "5.7.1 no"),
    ("554 no extended code", 554, "no extended code"),
    ("REJECT $acl_m_x ${if} \\\\N {", 554, "5.7.1 $acl_m_x ${if} \\\\N {"),
    ("REJECT grüße", 554, "5.7.1 grüße"),
    ("INFO just so", 250, "Accepted"),
    ("WARN just so", 250, "Accepted"),
    ("FILTER smtp:127.0.0.1", 250, "Accepted"),
    ("DEFERRED", 250, "Accepted"),
    ("REJECTED", 250, "Accepted"),
    ("PREPEND no header", 250, "Accepted"),
    ("PREPEND", 250, "Accepted"),
]


class AnswersTest(EximCase):
    def answers(self, action):
        (self.folder / "answer").write_text(f"action={action}\n\n")
        self.replace_program(f"exec cat {self.folder}/answer")

    def test_every_action_has_its_reply(self):
        self.start_exim("run")
        smtp = self.smtp()
        for action, code, text in REPLIES:
            with self.subTest(action):
                self.answers(action)
                smtp.mail("alice@example.net")
                reply = smtp.rcpt("bob@example.org")
                self.assertEqual((reply.code, reply.text.encode(errors="surrogateescape").decode()), (code, text))
                smtp.command("RSET")

    def test_what_exim_cannot_do_and_what_is_only_a_remark_goes_to_the_log(self):
        self.start_exim("run")
        smtp = self.smtp()
        for action in ("INFO take note", "WARN take care", "FILTER smtp:127.0.0.1", "PREPEND no header"):
            self.answers(action)
            self.assertEqual(smtp.message("alice@example.net", "bob@example.org").code, 250)
            self.assertRegex(self.log(), rf"greyonce: (nothing that Exim can do, passed: )?{action}\n")
        self.assertNotIn("no header", self.delivered(4))

    def test_what_is_deferred_stands_in_the_main_log_and_what_is_refused_in_the_reject_log_too(self):
        self.start_exim("run")
        smtp = self.smtp()
        smtp.mail("alice@example.net")
        for action, logs in (("DEFER_IF_PERMIT wait", [1, 0]), ("REJECT we know you", [1, 1])):
            self.answers(action)
            smtp.rcpt("bob@example.org")
            self.assertEqual([self.log(name).count(f"greyonce: {action}\n") for name in ("main", "reject")], logs)

    def test_one_header_of_a_name_stands_in_a_message_however_many_its_recipients(self):
        self.start_exim("run")
        smtp = self.smtp()
        smtp.mail("alice@example.net")
        for number, action in enumerate(["PREPEND X-Greylist: delayed 301 seconds", "PREPEND x-greylist: delayed 302 seconds",
                                         "PREPEND X-Other: $acl_m0 \\n second", "DUNNO"]):
            self.answers(action)
            self.assertEqual(smtp.rcpt(f"bob{number}@example.org").code, 250)
        self.assertEqual(smtp.data().code, 250)
        mail = self.delivered()
        self.assertEqual([line for line in mail.splitlines() if line.lower().startswith("x-")],
                         ["X-Greylist: delayed 301 seconds", "X-Other: $acl_m0 \\n second"])

    def test_a_deferred_recipient_does_not_hold_the_others(self):
        self.start_exim("run")
        smtp = self.smtp()
        smtp.mail("alice@example.net")
        self.answers("DEFER_IF_PERMIT wait")
        self.assertEqual(smtp.rcpt("bob@example.org").code, 450)
        self.answers("DUNNO")
        self.assertEqual(smtp.rcpt("carol@example.org").code, 250)
        self.assertEqual(smtp.data().code, 250)

    def test_a_refusal_of_the_null_sender_is_said_at_once_and_a_deferral_after_data(self):
        self.start_exim("run")
        smtp = self.smtp()
        smtp.mail("")
        self.answers("REJECT no")
        self.assertEqual(smtp.rcpt("bob@example.org").code, 554)
        self.answers("450 4.7.1 wait")
        self.assertEqual(smtp.rcpt("carol@example.org").code, 250)
        self.answers("DUNNO")
        self.assertEqual(smtp.rcpt("dave@example.org").code, 250)
        reply = smtp.data()
        self.assertEqual((reply.code, reply.text), (450, "4.7.1 wait"))
        self.assertEqual(smtp.message("alice@example.net", "bob@example.org").code, 250)


if __name__ == "__main__":
    unittest.main()
