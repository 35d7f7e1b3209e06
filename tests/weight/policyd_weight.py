"""Debian's policyd-weight in its stdin mode: one process, requests one after the other, and its log."""

import os
import re
import socket
import subprocess
import threading

from harness import PEERS, block, wait_until

FULL = re.compile(r"(weighted check: .*); <client=.*<to=(.*?)>; (rate: .*)", re.DOTALL)


class PolicydWeight:
    """Asks the nameserver at `address`, port 53; `settings` are lines of its configuration."""

    def __init__(self, folder, address, settings=""):
        self.weights = {}  # the line of a full check by its recipient, without the mail's names
        self.log = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.log.bind(("127.0.0.1", 0))
        threading.Thread(target=self._read_log, daemon=True).start()
        config = folder / "policyd-weight.conf"
        config.write_text(f'''
            $NS = "{address}"; $USER = "root"; $GROUP = "root"; $LOCKPATH = "{folder}/lock/";
            $syslog_socktype = {{ type => "udp", host => "127.0.0.1", port => {self.log.getsockname()[1]} }};
            {settings}
        ''')
        config.chmod(0o644)
        self.process = subprocess.Popen(
            ["perl", PEERS / "usr/sbin/policyd-weight", "-f", config], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)

    def ask(self, request):
        self.process.stdin.write(block(request))
        self.process.stdin.flush()
        action = self.process.stdout.readline().decode().rstrip("\n")
        if self.process.stdout.readline() != b"\n":
            raise AssertionError(f"policyd-weight died of {request}")
        return action.removeprefix("action=")

    def weight(self, recipient):
        return wait_until(lambda: self.weights.get(recipient), f"policyd-weight's log line of {recipient}")

    def _read_log(self):
        while True:
            try:
                line = self.log.recv(65536).decode("latin-1").rstrip("\n\0 ")
            except OSError:
                return
            if found := FULL.search(line):
                self.weights[found[2]] = f"{found[1]}; {found[3]}"

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.log.close()
