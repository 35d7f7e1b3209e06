"""What a real Exim logs of hostile clients, by many log_selector settings, teaches the greylist what came, and nothing else."""

import base64
import random
import re
import subprocess
import unittest

import harness
from exim import daemon

CONFIGURATION = daemon.CONFIGURATION.split("begin acl")[0] + """
begin acl

check_rcpt:
  accept logwrite = :reject:asked $sender_host_address ${{base64:$sender_address}} ${{base64:$local_part@$domain}}

check_data:
  accept

{pieces}
begin routers

mailbox:
  driver = accept
  transport = mailbox

""" + "begin transports" + daemon.CONFIGURATION.split("begin transports")[1]

SELECTORS = ["", "+all", "+all -subject", "+subject +received_recipients +received_sender +return_path_on_delivery +sender_on_delivery",
             "+incoming_port +incoming_interface +pid +millisec +smtp_confirmation +all_parents +delivery_size",
             "+tls_sni +tls_peerdn +8bitmime +deliver_time +queue_time +received_recipients", "-all +subject"]

# What a client says in the hope that the line tells something else.
PIECES = [") ", "[203.0.113.9]", ":25", " P=esmtp", " S=1", " H=(x) [203.0.113.9]", " A=plain:x", " id=x", ' T="', '"', "\\", " for eve@example.org",
          " from <", "<eve@example.org>", " F=<", " R=r", " T=t", ' C="', " K", "(", ".", "@", "x", " ", " Completed", " <= ", " => ",
          "2023-11-14 22:13:20 1abcDE-000124-AB "]


class LogImport(daemon.EximCase):
    def setUp(self):
        super().setUp()
        self.chance = random.Random(14)

    def text(self):
        return "".join(self.chance.choices(PIECES, k=self.chance.randrange(8)))

    def quoted(self, text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def send(self, client, helo, sender, recipients, header):
        smtp = self.smtp(client, helo=helo)
        self.assertEqual((smtp.helo_reply.code, smtp.mail(sender).code), (250, 250), (helo, sender))
        self.assertIn(250, [smtp.rcpt(recipient).code for recipient in recipients])
        self.assertEqual(smtp.data(f"{header}\n\nhello\n").code, 250)
        smtp.command("QUIT")

    def truth(self):
        """What Exim would have asked of each recipient, as it was written down beside the log."""
        asked = re.findall(r"(?m) asked (\S+) (\S*) (\S+)$", self.log("reject"))
        (self.folder / "log/rejectlog").unlink()
        return {self.expected(client, *(base64.b64decode(word).decode() for word in words)) for client, *words in asked}

    def known(self):
        """The triplets of the import of the log, with the fields as the state writes them, and its clients."""
        log = self.folder / "log/mainlog"
        state = self.folder / "imported"
        subprocess.run([harness.GREYSTATE, "import", state, "--config", "/dev/null", "--from", "log", "--input", log], check=True,
                       stderr=subprocess.PIPE)
        log.unlink()
        lines = subprocess.run([harness.GREYSTATE, "export", state, "--config", "/dev/null"], check=True, capture_output=True,
                               text=True).stdout.splitlines()
        state.unlink()
        return ({tuple(line.split(" ")[4:]) for line in lines if line.startswith("T")},
                {line.split(" ")[3] for line in lines if line.startswith("C")})

    def expected(self, client, sender, recipient):
        """The triplet as the filter itself makes it of a request."""
        state = self.folder / "asked"
        harness.ask(harness.request(client_address=client, sender=sender, recipient=recipient), "--state", state, "--config",
                    "/dev/null", "--log", "none")
        line = subprocess.run([harness.GREYSTATE, "export", state, "--config", "/dev/null"], check=True, capture_output=True,
                              text=True).stdout.splitlines()[0]
        state.unlink()
        return tuple(line.split(" ")[4:])

    def run_with(self, selector, hostile, mails=12):
        self.run_exim(CONFIGURATION.format(
            folder=self.folder, port=self.port, pieces="", macros="",
            settings=f"log_selector = {selector}\n" if selector else ""))
        clients = set()
        for number in range(mails):
            client = f"198.51.{self.chance.randrange(100)}.{number + 1}"
            helo = self.text().strip() or "x"
            quoted = self.quoted(self.text())
            header = f"Message-ID: <{quoted if hostile else 'm'}@example.net>\r\nSubject: {self.text()}"
            self.send(client, helo if hostile else "mail.example.net",
                      f"{self.quoted(self.text())}@example.net" if hostile else "alice@example.net",
                      ["bob@example.org"] + ([f"{self.quoted(self.text() or 'x')}@example.org"] if hostile else []), header)
            clients.add(client)
        harness.wait_until(lambda: len(re.findall(r"(?m) Completed(?: QT=\S+)?$", self.log())) >= len(clients), "all completed")
        self.servers.pop().stop()
        return clients

    def test_hostile_clients_teach_nothing_but_what_they_sent(self):
        known = sent = 0
        for selector in SELECTORS:
            with self.subTest(selector=selector):
                clients = self.run_with(selector, hostile=True)
                triplets, counted = self.known()
                self.assertEqual(counted - clients, set())
                self.assertEqual(triplets - self.truth(), set())
                known, sent = known + len(counted), sent + len(clients)
        self.assertGreater(known, sent * 8 // 10)

    def test_ordinary_clients_are_all_known(self):
        for selector in SELECTORS:
            with self.subTest(selector=selector):
                clients = self.run_with(selector, hostile=False, mails=4)
                triplets, counted = self.known()
                self.assertEqual(counted, clients, self.log())
                self.assertEqual(triplets, self.truth(), self.log())


if __name__ == "__main__":
    unittest.main()
