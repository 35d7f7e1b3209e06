"""What inetd's `wait` does: a listening socket, and a program that is handed it when somebody comes, until it ends."""

import os
import select
import signal
import socket
import subprocess
import threading

from harness import GREYONCE, LOOPBACK, block, read_to_end


class WaitingServer:
    """For the time of a `with`. `statuses` are those of the processes that have ended, `pid` the one that runs, or None."""

    def __init__(self, folder, *options, tcp=False, log=None, environment=None, command=(GREYONCE,), config="/dev/null", state="state",
                 backlog=128):
        self.socket = socket.socket(socket.AF_INET if tcp else socket.AF_UNIX, socket.SOCK_STREAM)
        self.path = (LOOPBACK, 0) if tcp else str(folder / "socket")
        self.socket.bind(self.path)
        self.path = self.socket.getsockname()
        self.socket.listen(backlog)
        self.command = [*command, "--config", config, "--state", folder / state, "--rules", folder / "rules.cdb",
                        "--log", "stderr" if log else "none", *options]
        self.log = open(log or os.devnull, "ab")
        self.environment = environment
        self.statuses = []
        self.running = None
        self.starting = threading.Lock()
        self.asked, self.end = os.pipe()
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        while self.end_of_wait() == self.socket:
            with self.starting:
                child = subprocess.Popen(list(map(str, self.command)), stdin=self.socket, stdout=self.socket, stderr=self.log,
                                         env=self.environment, start_new_session=True)
                self.running = child.pid
            self.statuses.append(child.wait())
            self.running = None

    @property
    def pid(self):
        """A server may answer before the thread that has started it goes on."""
        with self.starting:
            return self.running

    def end_of_wait(self):
        ready, _, _ = select.select([self.socket, self.asked], [], [])
        return self.asked if self.asked in ready else self.socket

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        os.close(self.end)
        while self.thread.is_alive():
            self.kill(signal.SIGKILL, group=True)
            self.thread.join(0.1)
        os.close(self.asked)
        self.socket.close()
        if not isinstance(self.path, tuple):
            os.unlink(self.path)
        self.log.close()

    def kill(self, number=signal.SIGTERM, group=False):
        pid = self.pid
        if pid:
            try:
                os.killpg(pid, number) if group else os.kill(pid, number)
            except ProcessLookupError:
                pass

    def connected(self, timeout=20):
        connection = socket.socket(self.socket.family, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        connection.connect(self.path)
        return connection

    def ask(self, question, half_close=True, timeout=20):
        with self.connected(timeout) as connection:
            connection.sendall(block(question))
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            return read_to_end(connection)
