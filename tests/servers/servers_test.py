"""inetd, xinetd, systemd and tcpserver start the filter, each as the file that is shipped for it says."""

import concurrent.futures
import os
import shutil
import subprocess
import unittest
from pathlib import Path

import harness
from servers import starters

USER = "nobody"
DEFERRED = b"action=DEFER_IF_PERMIT Greylisted, please try again later\n\n"


class ServerCase(harness.Case):
    def setUp(self):
        super().setUp()
        self.program = self.folder / "greyonce"
        shutil.copy(harness.GREYONCE, self.program)
        self.state = self.folder / "state"
        self.state.mkdir()
        shutil.chown(self.state, USER)
        self.configuration = self.folder / "greyonce.conf"
        self.configuration.write_text(f"state = {self.state}/state\nrules = {self.folder}/rules.cdb\nlog = none\n")

    def serve(self, name, *options):
        return starters.ALL[name](self, USER, [self.program, "--config", self.configuration, *options])


def answers_a_first_attempt_and_its_retry(name):
    def test(self):
        for address in self.serve(name, "--clock", "request"):
            client = "192.0.2.1" if isinstance(address, tuple) else "198.51.100.1"
            first = harness.ask_server(address, harness.request(client_address=client, policy_test_time=1000))
            self.assertEqual(first, DEFERRED)
            retry = harness.ask_server(address, harness.request(client_address=client, policy_test_time=1301))
            self.assertRegex(retry, rb"\Aaction=PREPEND X-Greylist: delayed 301 seconds[^\n]*\n\n\Z")
    return test


def writes_nothing_but_the_answer_with_wrong_options(name):
    def test(self):
        for address in self.serve(name, "--no-such-option"):
            self.assertEqual(harness.ask_server(address, harness.request()), b"action=DUNNO\n\n")
    return test


def answers_hundreds_at_once(name):
    """Fifty callers, a thousand requests, at all its sockets: each has its own answer, and no process is left over."""
    def ask(address, number):
        question = harness.request(client_address=f"192.0.{number // 250}.{1 + number % 250}", sender=f"s{number}@example.net")
        return harness.ask_server(address, question)

    def test(self):
        addresses = self.serve(name, "--lookup-by-host")
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda number: ask(addresses[number % len(addresses)], number), range(1000)))
        self.assertEqual((set(answers), len(answers)), ({DEFERRED}, 1000))
        if name not in starters.WAITING:
            harness.wait_until(lambda: not self.left_over(), "the last process to go")
    return test


class ServersTest(ServerCase):
    def left_over(self):
        """The server's children: filters that still run, or that it has not waited for."""
        pid = self.servers[0].pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text()


def is_one_process_that_ends_and_starts_anew(name):
    """What a new configuration says holds from the next process on, which the next connection starts."""
    def test(self):
        addresses = self.serve(name)
        for address in addresses:
            self.assertEqual(harness.ask_server(address, harness.request(sender="one@example.net")), DEFERRED)
        self.configuration.write_text(self.configuration.read_text() + "greylist-text = anew\n")
        harness.wait_until(lambda: not self.left_over(), "the process to end")
        for _ in range(3):
            for address in addresses:
                self.assertEqual(harness.ask_server(address, harness.request(sender="two@example.net")),
                                 b"action=DEFER_IF_PERMIT anew\n\n")
    return test


for server in ("inetd_wait", "xinetd_wait"):
    setattr(ServersTest, f"test_{server}_is_one_process_that_ends_and_starts_anew", is_one_process_that_ends_and_starts_anew(server))
for proof in (answers_a_first_attempt_and_its_retry, writes_nothing_but_the_answer_with_wrong_options,
              answers_hundreds_at_once):
    for server in starters.ALL:
        setattr(ServersTest, f"test_{server}_{proof.__name__}", proof(server))


class UnitsTest(harness.Case):
    analyze = harness.PEERS / "usr/bin/systemd-analyze"

    def setUp(self):
        super().setUp()
        for name in ("greyonce.socket", "greyonce@.service", "greyonce.service"):
            text = (starters.SHIPPED / name).read_text()
            (self.folder / name).write_text(text.replace(starters.PROGRAM, "/bin/true"))

    def test_systemd_finds_nothing_wrong_with_the_units(self):
        units = [self.folder / "greyonce.socket", self.folder / "greyonce@.service", self.folder / "greyonce.service"]
        path = f"{harness.PEERS / 'lib/systemd/system'}:"  # what ours refer to, where systemd itself is not installed
        done = subprocess.run([self.analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False,
                              env=os.environ | {"SYSTEMD_UNIT_PATH": path})
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_systemd_calls_the_service_well_confined(self):
        for name in "greyonce@.service", "greyonce.service":
            done = subprocess.run([self.analyze, "security", "--offline=true", "--threshold=13", self.folder / name],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
