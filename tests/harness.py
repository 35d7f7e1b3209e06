"""What the end-to-end tests share: the programs, one request to the filter, servers on loopback, a plain SMTP client.

Every wait has a limit, everything started is ended by its own id, and nothing leaves 127.0.0.0/8.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
PROGRAMS = Path(os.environ.get("GREYONCE_BUILD", TOP / "build")).resolve()
GREYONCE = PROGRAMS / "greyonce"
GREYRULES = PROGRAMS / "greyrules"
GREYSTATE = PROGRAMS / "greystate"
GREYREPORT = PROGRAMS / "greyreport"

# Debian packages that are unpacked, not installed (Makefile: peer_packages).
PEERS = Path(os.environ.get("GREYONCE_PEERS", TOP / "build/peers/root")).resolve()

LOOPBACK = "127.0.0.1"
PATIENCE = 20  # seconds for anything that ought to be quick
LONGEST_TEST = 240  # seconds for one test, whatever it waits for


# --- one request, one answer ---


@dataclass
class Answer:
    output: bytes
    status: int  # as in subprocess: negative for a death by signal
    stderr: bytes

    @property
    def action(self):
        """What stands between `action=` and the empty line, of exactly one well-formed answer."""
        text = self.output.decode()
        if not (text.startswith("action=") and text.endswith("\n\n") and text.count("\n") == 2):
            raise AssertionError(f"not one answer: {self}")
        return text[len("action="):-2]


def block(request):
    """A request's bytes: of a dict its attributes, in order, and the empty line; text and bytes as they are."""
    if request is None:
        return b""
    if isinstance(request, dict):
        request = "".join(f"{name}={value}\n" for name, value in request.items()) + "\n"
    return request if isinstance(request, bytes) else request.encode()


def request(**attributes):
    """An ordinary request; `attributes` replace or add, None takes one away."""
    ordinary = {
        "request": "smtpd_access_policy",
        "protocol_state": "RCPT",
        "client_address": "192.0.2.1",
        "client_name": "mail.example.net",
        "helo_name": "mail.example.net",
        "sender": "alice@example.net",
        "recipient": "bob@example.org",
    }
    return {name: value for name, value in (ordinary | attributes).items() if value is not None}


def ask(question, *options, args=(), one_socket=False, timeout=PATIENCE, **popen):
    """Runs greyonce with `options`, then attribute arguments `args`, and `question` (dict, text or bytes) on stdin.

    With `one_socket` its 0, 1 and 2 are one end of a socket pair, as under inetd: `stderr` is then empty, and
    `output` holds every byte that came back.
    """
    command = [str(GREYONCE), *map(str, options), *args]
    if one_socket:
        return _ask_by_socket(command, block(question), timeout, popen)
    done = subprocess.run(command, input=block(question), capture_output=True, timeout=timeout, check=False, **popen)
    return Answer(done.stdout, done.returncode, done.stderr)


def _ask_by_socket(command, question, timeout, popen):
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            child = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, **popen)
        with child:
            try:
                ours.settimeout(timeout)
                ours.sendall(question)
                ours.shutdown(socket.SHUT_WR)
                output = read_to_end(ours)
                return Answer(output, child.wait(timeout), b"")
            finally:
                child.kill()


def read_to_end(connection):
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def ask_server(address, question, timeout=PATIENCE):
    """One request over a socket, (host, port) or a path, closed for writing after it, as Exim's ${readsocket} does."""
    with connected(address, timeout) as connection:
        connection.sendall(block(question))
        connection.shutdown(socket.SHUT_WR)
        return read_to_end(connection)


def connected(address, timeout=PATIENCE):
    family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout)
        connection.connect(address if isinstance(address, tuple) else str(address))
    except OSError:
        connection.close()
        raise
    return connection


def limited(child, seconds=2 * PATIENCE):
    """Kills the process `child` after so long, so that nobody waits for it without end; returns what takes that back."""
    timer = threading.Timer(seconds, child.kill)
    timer.daemon = True
    timer.start()
    return timer.cancel


# --- places, ports, servers ---


def wait_until(condition, what, seconds=PATIENCE):
    """Returns the first true value of `condition()`."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.02)
    return value


def first_port_of_the_system():
    """The system gives to whoever binds port 0, or connects, one from here on (ip(7))."""
    return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])


taken_ports = []


def free_port():
    """A port of loopback that stays this process's: no other test gets it, nor anybody who lets the system choose."""
    while True:
        port = random.randrange(10000, max(20000, first_port_of_the_system()))
        mark = socket.socket(socket.AF_UNIX)
        try:
            mark.bind(f"\0greyonce's tests, port {port}")
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a connection may still be closing
                probe.bind(("", port))
        except OSError:
            mark.close()
            continue
        taken_ports.append(mark)
        return port


def is_listening(address):
    try:
        connected(address, 1).close()
        return True
    except OSError:
        return False


class Server:
    """A process in the foreground, in a session of its own, its output in a file; ended with its children."""

    def __init__(self, command, log, **popen):
        self.log = Path(log)
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, start_new_session=True, **popen)

    @property
    def pid(self):
        return self.process.pid

    def wait_for(self, condition, what):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"{self.process.args[0]} ended with {self.process.returncode}: {self.output()}")
            return condition()
        wait_until(ready, what)
        return self

    def output(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                pass
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                pass


class Case(unittest.TestCase):
    """A test with a folder of its own, `self.folder`, that others may enter; `self.start` starts what ends with it."""

    maxDiff = None

    def setUp(self):
        self.limit_the_wait()
        self.folder = Path(tempfile.mkdtemp(prefix="greyonce-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)
        self.servers = []

    def limit_the_wait(self):
        """A read or a wait that would last for ever ends in a failure that says where."""
        def late(*_):
            raise AssertionError(f"not done after {LONGEST_TEST} s")
        signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, LONGEST_TEST)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)

    def start(self, command, log="server.log", **popen):
        server = Server(command, self.folder / log, **popen)
        self.servers.append(server)
        self.addCleanup(server.stop)
        return server


# --- SMTP, with every byte in the test's hands ---


@dataclass
class Reply:
    code: int
    lines: list  # each line's text after its code

    @property
    def text(self):
        return "\n".join(self.lines)


class Smtp:
    """One connection. `client` is announced by a PROXY line (version 1) before the greeting."""

    def __init__(self, address, client=None, helo="mail.example.net", timeout=PATIENCE):
        self.connection = connected(address, timeout)
        self.stream = self.connection.makefile("rb")
        if client:
            family = "TCP6" if ":" in client else "TCP4"
            here = "::1" if ":" in client else LOOPBACK
            self.send(f"PROXY {family} {client} {here} 40000 25")
        self.greeting = self.reply()
        self.helo_reply = self.command(f"EHLO {helo}") if helo is not None else None

    def send(self, line):
        """A line without its end, or several; text goes out as UTF-8."""
        data = line if isinstance(line, bytes) else line.encode()
        self.connection.sendall(data + b"\r\n")

    def reply(self):
        lines = []
        while True:
            line = self.stream.readline()
            if not line:
                raise AssertionError(f"the connection was closed after {lines}")
            lines.append(line[4:].rstrip(b"\r\n").decode(errors="surrogateescape"))
            if line[3:4] != b"-":
                return Reply(int(line[:3]), lines)

    def command(self, line):
        self.send(line)
        return self.reply()

    def mail(self, sender, parameters=""):
        return self.command(f"MAIL FROM:<{sender}>{parameters}")

    def rcpt(self, recipient):
        return self.command(f"RCPT TO:<{recipient}>")

    def data(self, text="Subject: test\n\nhello\n"):
        reply = self.command("DATA")
        if reply.code != 354:
            return reply
        return self.command(text.replace("\n", "\r\n") + ".")

    def message(self, sender, recipient, **data):
        """The first reply that is not the one hoped for (MAIL is then taken back), or the one to the whole message."""
        self.mail(sender)
        reply = self.rcpt(recipient)
        if reply.code >= 300:
            self.command("RSET")
            return reply
        return self.data(**data)

    def close(self):
        self.stream.close()
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
