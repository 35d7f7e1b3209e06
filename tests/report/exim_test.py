"""greyreport over what the filter itself has logged behind an Exim, of some thousand recipients whose replies are counted."""

import collections
import concurrent.futures
import time
import unittest

import harness
from bench.dev_log import Syslog
from exim.daemon import EximCase
from report import traffic
from report.report_test import ReportCase
from servers import starters

SESSIONS, RECIPIENTS = 30, 100
FRIEND = "192.0.2.99"
DELAY = 3  # seconds


class BehindExim(EximCase, ReportCase):
    def start_logged(self, syslog):
        def server(case, user, command):
            # inetd, and what it starts, see the log; nobody else does.
            start = case.start
            case.start = lambda command, *words, **more: start([*syslog.seen_by(), *command], *words, **more)
            try:
                return starters.inetd_wait(case, user, command)
            finally:
                del case.start
        self.configure(log="syslog", delay=f"{DELAY}s", auto_whitelist_clients="0")
        self.rules(f"client {FRIEND} pass")
        self.start_exim("unix", server=server)

    def session(self, client, recipients):
        with self.smtp(client) as smtp:
            smtp.mail(f"alice@s{client}.example.net")
            return [smtp.rcpt(f"bob{recipient}@example.org").code for recipient in range(recipients)]

    def codes(self, clients, recipients):
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            return collections.Counter(code for codes in pool.map(lambda client: self.session(client, recipients), clients)
                                       for code in codes)

    def test_its_figures_are_those_of_the_replies(self):
        clients = [f"192.0.{number}.1" for number in range(10, 10 + SESSIONS)]
        with Syslog(self.folder) as syslog:
            self.start_logged(syslog)
            first = self.codes(clients, RECIPIENTS)
            time.sleep(1.1)  # in the second of the first attempt it would be as good as that
            early = self.codes(clients[:1], 1)  # or, on a slow machine, late enough
            time.sleep(DELAY + 0.1)
            again = self.codes(clients, RECIPIENTS // 2)
            friend = self.codes([FRIEND], RECIPIENTS)
            all_of_them = SESSIONS * RECIPIENTS + 1 + SESSIONS * RECIPIENTS // 2 + RECIPIENTS
            harness.wait_until(lambda: len([text for text in syslog.texts if "action=" in text]) >= all_of_them,
                               f"{all_of_them} decisions")
            texts = [text.partition(": ")[2] for text in syslog.texts]
        self.assertEqual(first, {450: SESSIONS * RECIPIENTS})
        self.assertEqual(again, {250: SESSIONS * RECIPIENTS // 2})
        self.assertEqual(friend, {250: RECIPIENTS})

        begin = int(time.time()) - len(texts)
        log = self.write("filter.log", "".join(traffic.rfc3339(begin + after, "greyonce", text) for after, text in enumerate(texts)),
                         written=time.time())
        told = self.told(log)
        requests, waits = told["requests"], told["waits"]
        self.assertEqual(requests["all"], all_of_them)
        outcomes = requests["by_outcome"]
        self.assertEqual(outcomes["first_attempt"], SESSIONS * RECIPIENTS)
        self.assertEqual(outcomes["early_retry"], early[450])
        self.assertEqual(outcomes["known_triplet"], SESSIONS * RECIPIENTS // 2 + early[250])
        self.assertEqual(outcomes["whitelist"], RECIPIENTS)
        self.assertEqual(waits["came_back"], SESSIONS * RECIPIENTS // 2)
        self.assertEqual(waits["open"] + waits["never_came_back"] + waits["gave_up"], SESSIONS * RECIPIENTS // 2)


if __name__ == "__main__":
    unittest.main()
