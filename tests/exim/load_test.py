"""Fifty SMTP sessions at once in each way in: every answer is there and right; so it stays while the filter is killed."""

import concurrent.futures
import os
import random
import shutil
import signal
import tempfile
import threading
import time
import unittest
from collections import Counter
from pathlib import Path

import harness
from bench.dev_log import Syslog
from exim.daemon import EximCase, USER, WAYS, running
from servers import starters

SESSIONS = 50
RECIPIENTS = 20


class LoadCase(EximCase):
    """The answers do not depend on the machine's speed. A disk may stand still: the state is in memory. Fifty filters at
    once take seconds where other work has the processors: the deadline is that of Exim's ${run}."""

    def setUp(self):
        self.memory = Path(tempfile.mkdtemp(prefix="greyonce-", dir="/dev/shm"))
        self.addCleanup(shutil.rmtree, self.memory, ignore_errors=True)
        shutil.chown(self.memory, USER, USER)
        self.syslog = self.enterContext(Syslog(self.memory))
        super().setUp()
        self.whitelist()

    def configure(self, **settings):
        super().configure(deadline=60, state=self.memory / "state", log="syslog", **settings)

    def start(self, command, *arguments, **options):
        return super().start([*self.syslog.seen_by(), *command], *arguments, **options)

    def trouble(self):
        """What the filter had to warn of."""
        return "\n".join(text for text in self.syslog.texts if "warning: " in text)

    def session(self, number, recipients=RECIPIENTS):
        """The codes of the replies to RCPT, from a client of its own."""
        with self.smtp(f"192.0.{number}.1", helo=f"mail{number}.example.net") as smtp:
            smtp.mail(f"alice@s{number}.example.net")
            return [smtp.rcpt(f"bob{recipient}@example.org").code for recipient in range(recipients)]

    def sessions(self, recipients=RECIPIENTS):
        with concurrent.futures.ThreadPoolExecutor(SESSIONS) as pool:
            several = pool.map(lambda number: self.session(number, recipients), range(1, SESSIONS + 1))
            return [code for codes in several for code in codes]

    def assert_nothing_is_left(self):
        for server in self.servers:
            children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
            harness.wait_until(lambda children=children: not children.read_text(), f"the children of {server.process.args}")
        self.assertEqual(running(self.program), [])


def answers_a_thousand_recipients_rightly(way, server=starters.inetd):
    def test(self):
        self.start_exim(way, server=server)
        replies = self.sessions()
        self.assertEqual(Counter(replies), {450: SESSIONS * RECIPIENTS}, self.trouble())
        self.configure(delay="0")
        self.until_changes_are_known()
        replies = self.sessions(RECIPIENTS // 5)
        self.assertEqual(Counter(replies), {250: SESSIONS * RECIPIENTS // 5}, self.trouble())
        self.assertEqual((self.log("panic"), self.log().count("no answer")), ("", 0))
        self.assertGreater(self.syslog.lines, 0)  # a log that is behind may lose some
        self.assert_nothing_is_left()
    return test


def lets_the_mail_pass_while_the_filter_is_killed_and_replaced(way, server=starters.inetd):
    def test(self):
        self.start_exim(way, server=server)
        over = threading.Event()
        killed = [0]

        def trouble():
            while not over.is_set():
                for pid in random.sample(pids := running(self.program), min(5, len(pids))):
                    try:
                        os.kill(pid, random.choice([signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM]))
                        killed[0] += 1
                    except ProcessLookupError:
                        pass
                os.link(copies[0], other)
                other.rename(self.program)
                copies.reverse()
                time.sleep(0.02)
        other = self.program.with_suffix(".new")
        copies = [shutil.copy(harness.GREYONCE, self.program.with_suffix(number)) for number in (".one", ".two")]
        thread = threading.Thread(target=trouble)
        thread.start()
        try:
            replies = self.sessions(10)
        finally:
            over.set()
            thread.join()
        self.assertEqual(len(replies), SESSIONS * 10)
        self.assertLessEqual(set(replies), {250, 450})
        self.assertGreater(killed[0], 0)
        self.assert_nothing_is_left()
        self.assertEqual(self.session(100), [450] * RECIPIENTS)
    return test


class LoadTest(LoadCase):
    pass


for proof in (answers_a_thousand_recipients_rightly, lets_the_mail_pass_while_the_filter_is_killed_and_replaced):
    for name in WAYS:
        setattr(LoadTest, f"test_{name}_{proof.__name__}", proof(name))
    for name in "unix", "tcp":
        setattr(LoadTest, f"test_{name}_one_process_{proof.__name__}", proof(name, starters.inetd_wait))

if __name__ == "__main__":
    unittest.main()
