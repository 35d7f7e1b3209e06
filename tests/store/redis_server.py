"""A real Redis or Valkey server (Debian's, unpacked) for a test, a client for it, and servers that misbehave in its place."""

import os
import signal
import socket
import threading
import time

from harness import LOOPBACK, PEERS, connected, free_port, wait_until

# Those that are unpacked: Debian has Valkey from 13 on.
SERVERS = [path for path in (PEERS / "usr/bin/redis-server", PEERS / "usr/bin/valkey-server") if path.exists()]


def command(*words):
    """The bytes of one command."""
    text = b"*%d\r\n" % len(words)
    for word in words:
        word = word if isinstance(word, bytes) else str(word).encode()
        text += b"$%d\r\n%s\r\n" % (len(word), word)
    return text


class Refused(Exception):
    """An error reply."""


class Client:
    """One connection of a test of its own."""

    def __init__(self, path):
        self.socket = connected(path)
        self.file = self.socket.makefile("rb")

    def ask(self, *words):
        self.socket.sendall(command(*words))
        return self.reply()

    def reply(self):
        line = self.file.readline().rstrip(b"\r\n")
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise Refused(rest.decode())
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        if kind == b"$":
            return None if int(rest) < 0 else self.file.read(int(rest) + 2)[:-2].decode()
        return int(rest) if kind == b":" else rest.decode()

    def close(self):
        self.file.close()
        self.socket.close()


class Redis:
    """Started in `folder`, on a unix socket and a port of loopback; `case` ends it."""

    def __init__(self, case, folder, *options, program=SERVERS[0]):
        self.case, self.folder, self.options, self.program = case, folder, options, program
        folder.mkdir(exist_ok=True)
        self.path = folder / "redis.sock"
        self.port = free_port()
        self.start()

    def start(self, wait=True):
        self.server = self.case.start(
            [self.program, "--port", self.port, "--bind", LOOPBACK, "--unixsocket", self.path, "--dir", self.folder,
             "--save", "", *self.options], log=f"{self.folder.name}.log")
        if wait:
            wait_until(self.is_ready, "redis-server")

    def is_ready(self):
        try:
            return self.ask("PING") == "PONG"
        except (OSError, Refused, ValueError, IndexError) as trouble:
            return "NOAUTH" in str(trouble)

    def ask(self, *words):
        client = Client(self.path)
        try:
            return client.ask(*words)
        finally:
            client.close()

    def kill(self):
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.stop()
        self.path.unlink(missing_ok=True)

    def pause(self):
        os.kill(self.server.pid, signal.SIGSTOP)
        self.case.addCleanup(self.resume)

    def resume(self):
        try:
            os.kill(self.server.pid, signal.SIGCONT)
        except ProcessLookupError:
            pass

    @property
    def by_unix(self):
        return f"unix:{self.path}"

    @property
    def by_inet(self):
        return f"inet:{LOOPBACK}:{self.port}"


class Misbehaving:
    """Answers every connection by `behave(connection)`."""

    def __init__(self, case, path, behave):
        self.path, self.behave, self.connections = path, behave, 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(16)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        case.addCleanup(self.stop)

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                try:
                    self.behave(connection)
                except OSError:
                    pass

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)


def says(answer, times=1000):
    """Reads something, and says `answer`."""
    def behave(connection):
        for _ in range(times):
            if not connection.recv(65536):
                return
            connection.sendall(answer)
    return behave


def says_to_each(answer):
    """The same to each command."""
    def behave(connection):
        while question := connection.recv(65536):
            connection.sendall(answer * max(1, question.count(b"$3\r\nGET\r\n")))
    return behave


def says_nothing(connection):
    while connection.recv(65536):
        pass


def drips(answer, pause):
    def behave(connection):
        connection.recv(65536)
        for at in range(len(answer)):
            connection.sendall(answer[at:at + 1])
            time.sleep(pause)
    return behave


class Relay(Misbehaving):
    """Passes everything on to `target`; `questions` are those of each trip there and back."""

    def __init__(self, case, path, target):
        self.target, self.questions = target, []
        super().__init__(case, path, self.relay)

    def relay(self, connection):
        with connected(self.target) as other:
            while question := connection.recv(65536):
                self.questions.append(question)
                other.sendall(question)
                other.settimeout(0.05)
                while True:
                    try:
                        answer = other.recv(65536)
                    except TimeoutError:
                        break
                    connection.sendall(answer)
                other.settimeout(20)
