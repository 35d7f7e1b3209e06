"""src/tasks/several-exchangers.md and greyonce-state(5) followed to the letter: a server, a second one, and the first one gone."""

import re
import subprocess
import time
import unittest

import harness
from harness import GREYSTATE, LOOPBACK
from store.redis_server import SERVERS

PASSWORDS = {f"PASSWORD{number}": f"s3cret{number}" for number in range(1, 5)}
CLI = SERVERS[0].with_name("redis-cli")


class Followed(harness.Case):
    def setUp(self):
        super().setUp()
        self.page = (harness.TOP / "src/tasks/several-exchangers.md").read_text()
        self.ports = {"10.0.0.5": harness.free_port(), "10.0.0.6": harness.free_port()}

    def here(self, text):
        """The page's words for this machine."""
        for word, password in PASSWORDS.items():
            text = text.replace(word, password)
        for address, port in self.ports.items():
            text = text.replace(f"{address}:6379", f"{LOOPBACK}:{port}").replace(f"{address} 6379", f"{LOOPBACK} {port}")
            text = text.replace(f"127.0.0.1 {address}", LOOPBACK)
        return text.replace("/etc/redis/", f"{self.folder}/").replace("/etc/greyonce/", f"{self.folder}/")

    def block(self, first):
        """The indented lines from this one on."""
        found = re.search(rf"^    {re.escape(first)}.*\n(?:    .*\n)*", self.page, re.M)
        return self.here(re.sub("^    ", "", found[0], flags=re.M))

    def serve(self, address, *more):
        folder = self.folder / address
        folder.mkdir()
        configuration = folder / "redis.conf"
        configuration.write_text("".join([self.block("bind "), *more, f"port {self.ports[address]}\ndir {folder}\n"]))
        server = self.start([SERVERS[0], configuration], log=f"{address}.log")
        server.wait_for(lambda: "PONG" in self.cli(address, "PING"), "redis-server")
        return server

    def cli(self, address, *words):
        done = subprocess.run([CLI, "-h", LOOPBACK, "-p", str(self.ports[address]), "--user", "admin", "--no-auth-warning", "-a",
                               PASSWORDS["PASSWORD1"], *words], capture_output=True, text=True, timeout=20, check=False)
        return done.stdout

    def decide(self, now):
        return harness.ask(harness.request(policy_test_time=now), "--config", self.configuration, "--clock", "request",
                           "--log", "stderr")

    def greystate(self, *words, **more):
        done = subprocess.run([GREYSTATE, *words, "--config", self.configuration, "--state-password-file",
                               self.folder / "greystate-password"], capture_output=True, text=True, timeout=20,
                              check=False, **more)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def test_both_servers_and_the_first_one_gone(self):
        (self.folder / "users.acl").write_text(self.block("user default"))
        first = self.serve("10.0.0.5")
        self.configuration = self.folder / "greyonce.conf"
        self.configuration.write_text(self.block("state = "))
        passwords = re.search(r"install -m 640 .*\n(?:(?:echo|install) .*\n)+", self.page)[0]
        subprocess.run(["sh", "-ec", self.here(passwords.replace("-g greyonce ", ""))], check=True)
        self.assertIn("the server is a master", self.greystate("check"))
        now = int(time.time())
        exported = f"T {now} {now} 000000 192.0.2.0 carol@example.net bob@example.org\n"
        self.greystate("import", "--from", "greyonce", input=exported)

        self.serve("10.0.0.6", self.block("replicaof "))
        harness.wait_until(lambda: "master_link_status:up" in self.cli("10.0.0.6", "INFO", "replication"), "the replica")
        both = re.search(r"^    (state = .*,inet:.*)$", self.page, re.M)[1]
        self.configuration.write_text(re.sub("^state = .*$", self.here(both), self.configuration.read_text(), flags=re.M))
        waits = self.decide(1000)
        self.assertIn("Greylisted", waits.action, waits)
        harness.wait_until(lambda: "alice" in self.cli("10.0.0.6", "KEYS", "*"), "the replica to have it")

        first.stop()
        self.assertEqual((self.decide(1200).action, self.decide(1200).status), ("DUNNO", 74))
        promote = re.search(r"--askpass (.*)$", self.page, re.M)[1]
        self.assertIn("OK", self.cli("10.0.0.6", *promote.split()))
        self.assertRegex(self.decide(1301).action, "^PREPEND ")
        self.assertIn(exported, self.greystate("export"))


if __name__ == "__main__":
    unittest.main()
