"""What two more pieces of the ACL tell the filter: whom ours write to, and what SPF says."""

import unittest

from exim.daemon import PIECES, WAYS
from exim.recorder import RecordingCase
from harness import free_port

RELAY = "192.0.2.250"


class Pieces(RecordingCase):
    def start_with(self, way, piece, acl):
        self.record()
        self.port = free_port()  # the one before may still be closing
        self.run_exim_with("".join(f".include {PIECES}/{name}\n" for name in ("greyonce", WAYS[way], piece)),
                           before=f"  require acl = {acl}", macros={"GREYONCE_PROGRAM": f"{self.program} --config x"})

    def asked_about(self):
        return [dict(attributes) for attributes in self.asked()]

    def test_what_a_relay_host_sends_is_told_and_nothing_more(self):
        for way in "run", "base64":
            with self.subTest(way):
                self.start_with(way, "greyonce-learn", "greyonce_learn")
                with self.smtp(RELAY) as smtp:
                    smtp.mail("carol@example.org")
                    self.assertEqual(smtp.rcpt("bob@example.org").code, 250)
                    smtp.rcpt("dave@example.org")
                with self.smtp("192.0.2.9") as stranger:
                    stranger.mail("alice@example.net")
                    stranger.rcpt("bob@example.org")
                told = self.asked_about()
                self.assertEqual([(one["client_address"], one["recipient"], one.get("policy_context")) for one in told],
                                 [(RELAY, "bob@example.org", "outgoing"), (RELAY, "dave@example.org", "outgoing"),
                                  ("192.0.2.9", "bob@example.org", None)])
                self.exim.stop()
                self.records.unlink()

    def test_what_spf_says_is_told(self):
        for way in "run", "base64":
            with self.subTest(way):
                self.start_with(way, "greyonce-spf", "greyonce_spf")
                with self.smtp("192.0.2.9") as smtp:
                    smtp.mail("alice@example.net")
                    smtp.rcpt("bob@example.org")
                told, = self.asked_about()
                self.assertIn(told["spf_result"], ("pass", "fail", "softfail", "none", "neutral", "permerror", "temperror"))
                self.exim.stop()
                self.records.unlink()

    def test_a_refusal_keeps_none_of_ours_from_sending(self):
        self.replace_program("printf 'action=REJECT no\\n\\n'")
        self.run_exim_with("".join(f".include {PIECES}/{name}\n" for name in ("greyonce", WAYS["run"], "greyonce-learn")),
                           before="  require acl = greyonce_learn", macros={"GREYONCE_PROGRAM": self.program})
        with self.smtp(RELAY) as smtp:
            smtp.mail("carol@example.org")
            self.assertEqual(smtp.rcpt("bob@example.org").code, 250)


if __name__ == "__main__":
    unittest.main()
