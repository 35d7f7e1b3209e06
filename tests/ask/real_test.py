"""Real policy servers, unpatched, asked by hand, by --until-eof, and by Exim in both ways."""

import subprocess
import time
import unittest

from ask.policy_servers import SERVERS, postgrey
from exim.daemon import EximCase
from harness import GREYONCE, block, request


class RealTest(EximCase):
    def messages(self, name):
        """In order; postgrey's delay is 2 seconds."""
        for number, message in enumerate(SERVERS[name]):
            if name is postgrey and number > 0:
                time.sleep(2.5)
            yield message

    def question(self, sender):
        return block(request(sender=sender, protocol_name="ESMTP", instance=str(time.monotonic_ns())))

    def bridge(self, server):
        return [GREYONCE, "--config", "/dev/null", "--no-greylist", "--log", "none", "--ask", server]


def by_hand(name):
    def test(self):
        server = name(self)
        for sender, action, _ in self.messages(name):
            done = subprocess.run(self.bridge(server), input=self.question(sender), capture_output=True, check=True)
            self.assertRegex(done.stdout.decode(), rf"\Aaction={action}\n\n\Z")
    return test


def until_end_of_file(name):
    def test(self):
        command = [*self.bridge(name(self)), "--until-eof"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as filter_:
            for sender, action, _ in self.messages(name):
                filter_.stdin.write(self.question(sender))
                filter_.stdin.flush()
                answer = filter_.stdout.readline() + filter_.stdout.readline()
                self.assertRegex(answer.decode(), rf"\Aaction={action}\n\n\Z")
            filter_.stdin.close()
            self.assertEqual((filter_.stdout.read(), filter_.wait()), (b"", 0))
    return test


def through_exim(way):
    def through(name):
        def test(self):
            self.configure(ask=name(self), no_greylist="yes")
            self.start_exim(way)
            for sender, _, outcome in self.messages(name):
                reply = self.smtp().message(sender, "bob@example.org")
                if isinstance(outcome, tuple):
                    self.assertEqual(reply.code, outcome[0], reply)
                    self.assertRegex(reply.text, outcome[1])
                else:
                    self.assertEqual(reply.code, 250, reply)
                    self.assertRegex(self.delivered(), outcome)
            self.assertNotIn("no answer", self.log())
            self.assertEqual(self.log("panic"), "")
            self.assertEqual(list((self.folder / "state").iterdir()), [])
        return test
    return through


PROOFS = {"by_hand": by_hand, "until_end_of_file": until_end_of_file, "by_run_from_exim": through_exim("run"),
          "by_a_socket_from_exim": through_exim("unix")}
for server in SERVERS:
    for title, proof in PROOFS.items():
        setattr(RealTest, f"test_{server.__name__}_is_asked_{title}", proof(server))

if __name__ == "__main__":
    unittest.main()
