"""What src/tasks/policy-servers.md says of policyd-spf behind Exim, and the piece of Exim's configuration for it, followed to the letter."""

import re
import subprocess
import unittest

import harness
from ask.policy_servers import FORGED, HONEST, PYTHON, name_some_more
from exim.daemon import CONFIGURATION, PIECES, WAYS, EximCase
from servers.starters import replaced


def commands():
    return re.findall(r"```sh\n(.*?)```", (harness.TOP / "src/tasks/policy-servers.md").read_text(), re.DOTALL)


class ReadmeTest(EximCase):
    def setUp(self):
        super().setUp()
        name_some_more(self.name_server)
        self.socket = self.folder / "policyd-spf.sock"
        self.places = {"/usr/local/sbin/policyd-spf": str(self.folder / "sbin/policyd-spf"),
                       "/run/policyd-spf.sock": str(self.socket)}

    def start_policyd_spf(self):
        """The commands but those for packages and for systemd; its files are in the test's folder."""
        lines = replaced(commands()[0], self.places | {
            "/etc/policyd-spf.conf": str(self.folder / "policyd-spf.conf"), "/etc/inetd.conf": str(self.folder / "inetd.conf"),
            "apt-get install python3-spf-engine openbsd-inetd\n": "", "systemctl restart openbsd-inetd\n": "",
            "#!/usr/bin/python3\n": f"#!/usr/bin/env -S PYTHONPATH={PYTHON['PYTHONPATH']} /usr/bin/python3\n"})
        subprocess.run(["sh", "-e", "-c", lines], check=True)
        inetd = [harness.PEERS / "usr/sbin/inetd", "-i", self.folder / "inetd.conf"]
        self.start(self.name_server.seen_by(inetd, self.folder), "spf.log").wait_for(
            lambda: harness.is_listening(self.socket), "inetd")

    def assert_spf_is_asked(self):
        forged = self.smtp().message(FORGED, "bob@example.org")
        self.assertEqual(forged.code, 550)
        self.assertRegex(forged.text, "^5.7.23 Message rejected due to: SPF fail")
        self.assertEqual(self.smtp().message(HONEST, "bob@example.org").code, 250)
        self.assertIn("\nReceived-SPF: Pass ", self.delivered())
        self.assertNotIn("no answer", self.log())

    def test_one_more_line_of_configuration_asks_about_what_the_greylist_lets_pass(self):
        self.start_policyd_spf()
        self.configure(delay="0", x_greylist_header="")
        subprocess.run(["sh", "-c", replaced(commands()[1], {
            "/run/policyd-spf.sock": str(self.socket), "/etc/greyonce/greyonce.conf": str(self.configuration)})], check=True)
        self.start_exim("run")
        self.assert_spf_is_asked()

    def test_the_bridge_asks_without_a_greylist(self):
        self.start_policyd_spf()
        for way in "run", "base64":
            with self.subTest(way):
                self.port = harness.free_port()  # the Exim before may still be going
                piece = self.folder / "greyonce-bridge"
                piece.write_text(replaced((PIECES / "greyonce-bridge").read_text(), {
                    "/usr/local/sbin/greyonce ": f"{self.program} ", "/run/policyd-spf.sock": str(self.socket)}))
                self.assertIn("/exim/greyonce-bridge", commands()[2])
                includes = "".join(f".include {path}\n" for path in (PIECES / "greyonce", piece, PIECES / WAYS[way]))
                self.run_exim(CONFIGURATION.format(folder=self.folder, port=self.port, before="", settings="", macros="",
                                                   pieces=includes))
                self.assert_spf_is_asked()
                self.exim.stop()
        self.assertEqual(list((self.folder / "state").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
