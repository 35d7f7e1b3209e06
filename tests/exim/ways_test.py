"""Exim asks greyonce in each way that exim/ offers: deferred, retried, delivered with the header, whitelisted."""

import time
import unittest

import harness
from exim.daemon import WAYS, EximCase

GREYLISTED = "4.7.1 Greylisted, please try again later"


def defers_a_first_attempt_and_delivers_the_retry_with_one_header(way):
    def test(self):
        self.configure(delay="1s")
        self.start_exim(way)
        smtp = self.smtp()
        smtp.mail("alice@example.net")
        first = smtp.rcpt("bob@example.org")
        self.assertEqual((first.code, first.text), (450, GREYLISTED))
        self.assertEqual(smtp.rcpt("carol@example.org").code, 450)

        self.pass_the_delay(smtp)
        harness.wait_until(lambda: smtp.rcpt("carol@example.org").code == 250, "the delay of one who came later")
        self.assertEqual(smtp.data().code, 250)
        mail = self.delivered()
        self.assertRegex(mail, r"\nX-Greylist: delayed \d+ seconds by greyonce")
        self.assertEqual(mail.count("X-Greylist:"), 1, mail)
        self.assertEqual(self.log("panic"), "")
    return test


def lets_a_whitelisted_client_pass_by_its_verified_name(way):
    def test(self):
        self.whitelist("friend.example.com", "forged.example.com")
        self.start_exim(way)
        self.assertEqual(self.smtp("192.0.2.2").message("alice@example.net", "bob@example.org").code, 250)
        forged = self.smtp("192.0.2.9").message("alice@example.net", "bob@example.org")
        self.assertEqual((forged.code, forged.text), (450, GREYLISTED))
        self.assertNotIn("X-Greylist", self.delivered())
    return test


def asks_for_ipv6_clients(way):
    def test(self):
        self.start_exim(way)
        smtp = self.smtp("2001:db8::1")
        self.assertEqual(smtp.message("alice@example.net", "bob@example.org").code, 450)
        self.whitelist("2001:db8::/64")
        self.assertEqual(smtp.message("alice@example.net", "bob@example.org").code, 250)
    return test


class WaysTest(EximCase):
    def pass_the_delay(self, smtp):
        """Asks until the answer is no longer a deferral: the first accepted recipient is then bob."""
        for _ in range(100):
            smtp.command("RSET")
            smtp.mail("alice@example.net")
            if smtp.rcpt("bob@example.org").code == 250:
                return
            time.sleep(0.2)
        self.fail("deferred for 20 seconds")


class ExemptionsTest(EximCase):
    """What is not asked about; the same in every way."""

    def test_authenticated_clients_and_relay_clients_are_not_asked_about(self):
        self.start_exim("run")
        smtp = self.smtp()
        self.assertEqual(smtp.command("AUTH PLAIN AGpvZQBzZWNyZXQ=").code, 235)
        self.assertEqual(smtp.message("alice@example.net", "bob@example.org").code, 250)
        self.assertEqual(self.smtp("192.0.2.250").message("alice@example.net", "bob@example.org").code, 250)
        self.assertEqual(list((self.folder / "state").iterdir()), [])

    def test_the_null_sender_is_deferred_at_data_so_that_a_callout_is_answered(self):
        self.configure(delay="1s")
        self.start_exim("run")
        smtp = self.smtp()
        smtp.mail("")
        self.assertEqual(smtp.rcpt("bob@example.org").code, 250)
        reply = smtp.data()
        self.assertEqual((reply.code, reply.text), (450, GREYLISTED))
        time.sleep(2)
        self.assertEqual(smtp.message("", "bob@example.org").code, 250)
        self.assertIn("X-Greylist", self.delivered())
        self.assertEqual(smtp.message("alice@example.net", "bob@example.org").code, 450)


for proof in (defers_a_first_attempt_and_delivers_the_retry_with_one_header,
              lets_a_whitelisted_client_pass_by_its_verified_name, asks_for_ipv6_clients):
    for name in WAYS:
        setattr(WaysTest, f"test_{name}_{proof.__name__}", proof(name))

if __name__ == "__main__":
    unittest.main()
