"""What the program takes from itself, and when: seen from outside."""

import base64
import re
import subprocess
import unittest

from harness import GREYONCE, GREYRULES, Case, block, request


class Confining(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "rules").write_text("client 198.51.100.1 pass\n")
        subprocess.run([GREYRULES, "compile", "-o", self.folder / "rules.cdb", self.folder / "rules"], check=True, capture_output=True)
        (self.folder / "config").write_text(f"rules = {self.folder / 'rules.cdb'}\nstate = {self.folder / 'state'}\nlog = none\n")
        self.command = [GREYONCE, "--config", str(self.folder / "config")]
        self.arguments = [f"{name}={value}" for name, value in request().items()]

    def calls(self, *arguments, text=b""):
        """The system calls of one decision that greylists, by strace."""
        done = subprocess.run(["strace", *self.command, *arguments], input=text, capture_output=True, check=True)
        self.assertTrue(done.stdout.startswith(b"action=DEFER_IF_PERMIT"))
        return re.findall(r"^\w+\(.*", done.stderr.decode(), re.MULTILINE)

    def place(self, calls, part):
        return next(number for number, call in enumerate(calls) if part in call)

    def test_what_is_given_as_arguments_is_decided_by_a_confined_process(self):
        for arguments in self.arguments, ["--base64", base64.b64encode(block(request())).decode()]:
            calls = self.calls(*arguments)
            self.assertLess(self.place(calls, "/config"), self.place(calls, "landlock_restrict_self("))
            self.assertLess(self.place(calls, "PR_SET_NO_NEW_PRIVS"), self.place(calls, "landlock_restrict_self("))
            self.assertLess(self.place(calls, "landlock_restrict_self("), self.place(calls, "/rules.cdb"))
            (self.folder / "state").unlink()

    def test_what_a_server_gives_is_not_but_can_gain_no_privileges(self):
        calls = self.calls(text=block(request()))
        self.assertEqual([call for call in calls if "landlock" in call], [])
        self.assertLess(self.place(calls, "PR_SET_NO_NEW_PRIVS"), self.place(calls, "read(0, "))
        for limit in "RLIMIT_CORE", "RLIMIT_NPROC":
            self.assertIn("rlim_cur=0, rlim_max=0", calls[self.place(calls, limit)])

    def test_a_state_behind_a_link_still_remembers(self):
        (self.folder / "elsewhere").mkdir()
        (self.folder / "state").symlink_to(self.folder / "elsewhere/state")
        (self.folder / "elsewhere/state").touch(0o600)
        answer = subprocess.run([*self.command, *self.arguments], capture_output=True, check=True).stdout
        self.assertIn(b"action=DEFER_IF_PERMIT", answer)
        self.assertIn(b"alice@example.net", (self.folder / "elsewhere/state").read_bytes())


if __name__ == "__main__":
    unittest.main()
