"""A /dev/log that listens, seen by one command and what it starts, and by nobody else. Needs root."""

import socket
import threading
from pathlib import Path


class Syslog:
    """For the time of a `with`; `lines` counts what came, `texts` has it."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.devices = self.folder / "dev"
        self.devices.mkdir()
        (self.devices / "null").touch()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.devices / "log"))
        (self.devices / "log").chmod(0o666)  # as the system's
        self.thread = threading.Thread(target=self.listen)
        self.lines = 0
        self.texts = []

    def seen_by(self):
        """What goes before a command: it sees a /dev of two files, and of the folder where that lies below /dev itself."""
        mounts = [f"mount --bind /dev/null {self.devices}/null"]
        if self.folder.is_relative_to("/dev"):
            same_place = self.devices / self.folder.relative_to("/dev")
            same_place.mkdir(parents=True, exist_ok=True)
            mounts.append(f"mount --bind {self.folder} {same_place}")
        script = " && ".join([*mounts, f"mount --rbind {self.devices} /dev", 'exec "$@"'])
        return ["unshare", "--mount", "sh", "-c", script, "sh"]

    def listen(self):
        while text := self.socket.recv(65536):
            self.texts.append(text.decode())
            self.lines += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as farewell:
            farewell.sendto(b"", str(self.devices / "log"))
        self.thread.join()
        self.socket.close()
