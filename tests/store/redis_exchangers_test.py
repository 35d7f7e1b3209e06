"""Two Exims and one server that keeps their greylist: deferred at one, passed at the other, whatever happens to the server."""

import concurrent.futures
import threading
import time
import unittest

import harness
from exim.daemon import EximCase
from store.redis_server import Redis

DEFERRED, ACCEPTED = 450, 250


class TwoExchangers(harness.Case):
    def setUp(self):
        super().setUp()
        self.redis = Redis(self, self.folder / "redis", "--unixsocketperm", "777")
        self.state = f"redis:{self.redis.by_unix}"

    def exchanger(self, way="run", **settings):
        exim = EximCase("log")
        exim.setUp()
        self.addCleanup(exim.doCleanups)
        exim.configure(**{"state": self.state, "delay": "1s"} | settings)
        exim.start_exim(way)
        return exim

    def ask(self, exim, sender, recipient="bob@example.org"):
        with exim.smtp(helo="mail.example.net") as smtp:
            smtp.mail(sender)
            return smtp.rcpt(recipient).code

    def test_deferred_at_one_and_delivered_by_the_other(self):
        one, other = self.exchanger(), self.exchanger("unix")
        self.assertEqual(self.ask(one, "alice@example.net"), DEFERRED)
        self.assertEqual(self.ask(other, "carol@example.net"), DEFERRED)
        time.sleep(1.5)
        self.assertEqual(other.smtp().message("alice@example.net", "bob@example.org").code, ACCEPTED)
        self.assertRegex(other.delivered(), r"\nX-Greylist: delayed \d+ seconds by greyonce")
        self.assertEqual(self.ask(one, "carol@example.net"), ACCEPTED)
        self.assertEqual(one.log("panic") + other.log("panic"), "")

    def test_under_load_no_reply_is_another_and_no_mail_waits_for_ever(self):
        replica = Redis(self, self.folder / "replica", "--unixsocketperm", "777", "--replicaof", harness.LOOPBACK, self.redis.port)
        self.state = f"redis:{self.redis.by_unix},{replica.by_unix}"
        exchangers = [self.exchanger(), self.exchanger()]
        over = threading.Event()

        def deliver(number):
            """Tries at one exchanger and the other in turn, as a sender does, until it is accepted; the codes."""
            codes = []
            for attempt in range(60):
                codes.append(self.ask(exchangers[(number + attempt) % 2], f"s{number}@example.net"))
                if codes[-1] != DEFERRED:
                    return codes
                time.sleep(0.5)
            return codes

        def trouble():
            time.sleep(0.5)
            self.redis.pause()
            time.sleep(1.5)
            self.redis.resume()
            time.sleep(0.5)
            self.redis.kill()
            time.sleep(1)  # nobody has promoted the replica yet
            replica.ask("REPLICAOF", "NO", "ONE")
            time.sleep(1)
            replica.ask("FLUSHALL")  # as one that was promoted without the last writes
            over.set()
        thread = threading.Thread(target=trouble)
        thread.start()
        accepted = deferred = first = 0
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            while not over.is_set():
                for codes in pool.map(deliver, range(first, first + 16)):
                    self.assertLessEqual(set(codes), {DEFERRED, ACCEPTED})
                    self.assertEqual(codes[-1], ACCEPTED)
                    accepted += 1
                    deferred += len(codes) - 1
                first += 16
        thread.join()
        self.assertGreater(accepted, 15)
        self.assertGreater(deferred, 0)

    def test_a_server_that_has_forgotten_defers_once_more(self):
        exim = self.exchanger()
        self.assertEqual(self.ask(exim, "alice@example.net"), DEFERRED)
        time.sleep(1.5)
        self.redis.kill()
        self.assertEqual(self.ask(exim, "new@example.net"), ACCEPTED, "away: mail passes")
        self.redis.start()
        self.assertEqual(self.ask(exim, "alice@example.net"), DEFERRED)
        time.sleep(1.5)
        self.assertEqual(self.ask(exim, "alice@example.net"), ACCEPTED)


if __name__ == "__main__":
    unittest.main()
