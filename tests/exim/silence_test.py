"""The filter hangs on TCP or under ${run}: Exim waits for it as long as the way's file says, the mail passes, and the main
log says so."""

import concurrent.futures
import time
import unittest

from exim.away import REFUSAL, AwayCase
from exim.stand_in import SILENT


class SilenceTest(AwayCase):
    def test_a_silent_filter_holds_tcp_for_five_seconds_a_recipient(self):
        self.ask_at("tcp")
        server = self.stand_in("tcp", SILENT).start()
        self.message(self.smtp(timeout=100), "c1@example.net")
        self.assertEqual(len(server.requests), 5)
        self.assert_whole()

    def test_a_stopped_filter_under_run_holds_a_connection_for_one_minute(self):
        self.stopped_under("run")

    def test_a_stopped_filter_under_base64_holds_a_connection_for_one_minute(self):
        self.stopped_under("base64")

    def stopped_under(self, way):
        self.start_exim(way)
        self.replace_program("kill -STOP $$")
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(self.connection, ["c1", "c2"]))
        self.assertLess(time.monotonic() - began, 100)
        for name in ("c1", "c2"):
            self.assert_logged(name, 1)
        self.replace_program(f"printf '{REFUSAL}'")
        self.assert_asked_again()
        self.assert_whole(panic="timed out")


if __name__ == "__main__":
    unittest.main()
