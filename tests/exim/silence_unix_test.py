"""The filter hangs behind a unix socket: Exim waits for it as long as the way's file says, and the mail passes."""

import concurrent.futures
import time
import unittest

from exim.away import RECIPIENTS, REFUSAL, AwayCase
from exim.stand_in import SILENT


class SilenceOnUnixSocket(AwayCase):
    def both_at_once(self, *names):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(self.five_and_five, names))

    def five_and_five(self, name):
        with self.smtp(timeout=100) as smtp:
            self.recipients(smtp, f"{name}.1@example.net")
            self.message(smtp, f"{name}.2@example.net")

    def test_a_silent_filter_holds_a_unix_socket_five_seconds_a_recipient_and_eight_times_at_most(self):
        self.ask_at("unix")
        server = self.stand_in("unix", SILENT).start()
        began = time.monotonic()
        self.both_at_once("c1", "c2")
        self.assertLess(time.monotonic() - began, 60)
        self.assertEqual(len(server.requests), 16)
        self.assertEqual(self.log().count("eight times without an answer, not asked again until a message has come"), 2)
        self.assert_whole()

    def test_a_silence_does_not_speak_for_the_next_recipient_and_eight_not_for_the_next_message(self):
        self.ask_at("unix")
        self.stand_in("unix", [SILENT, REFUSAL, *[SILENT] * 7, REFUSAL]).start()
        smtp = self.smtp(timeout=100)
        self.recipients(smtp, "one@example.net", ["bob@example.org"])
        self.assertEqual(smtp.rcpt("carol@example.org").code, 554)
        self.message(smtp, "seven@example.net", [*RECIPIENTS, *RECIPIENTS])
        self.assert_asked_again(smtp)
        self.assert_whole()

    def test_a_server_that_never_accepts_is_waited_for_and_what_it_did_not_take_harms_no_file(self):
        """Its queue fills, and then a connection takes 5 seconds to fail."""
        self.ask_at("unix")
        self.stand_in("unix", SILENT, backlog=1)
        self.both_at_once("c1", "c2")
        self.assertNotIn("nothing more is asked", self.log())
        self.address("unix").unlink()
        self.stand_in("unix", REFUSAL).start()
        self.assert_asked_again()
        self.assert_whole()


if __name__ == "__main__":
    unittest.main()
