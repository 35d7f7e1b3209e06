"""Servers that misbehave: each is logged, has no opinion, and the next one is asked."""

import itertools
import socket
import struct
import unittest

from ask.bridge import BridgeCase
from ask.scripted import Scripted, action, answering, read_request
from harness import free_port, request


def close_at_once(connection):
    pass


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def read_and_close(connection):
    return read_request(connection)


def wait_for_the_end(connection):
    while connection.recv(65536):
        pass


def drip(connection):
    read_request(connection)
    connection.settimeout(0.1)
    for byte in itertools.cycle(b"action=REJECT "):
        connection.sendall(bytes([byte]))
        try:
            if connection.recv(1) == b"":
                return
        except TimeoutError:
            pass


def never_ending(connection):
    read_request(connection)
    while True:
        connection.sendall(b"x" * 65536)


def megabytes(*head):
    def behave(connection):
        read_request(connection)
        connection.sendall(b"".join(head) + b"action=REJECT " + b"x" * 3_000_000 + b"\n\n")
    return behave


# What a server does, and what the log says of it.
SILENT = {
    "is silent": (wait_for_the_end, "no answer in time"),
    "says half an answer and no more": (answering("action=REJECT no"), "no answer in time"),
    "forgets the empty line": (answering("action=REJECT no\n"), "no answer in time"),
    "drips": (drip, "no answer in time"),
}
BROKEN = {
    "closes at once": (close_at_once, "the connection broke before an answer, twice"),
    "resets": (reset, "the connection broke before an answer, twice"),
    "reads and closes": (read_and_close, "the connection broke before an answer, twice"),
    "says half an answer and closes": (answering("action=REJECT no", close_at_once), "the middle of its answer"),
    "closes before the empty line": (answering("action=REJECT no\n", close_at_once), "the middle of its answer"),
}
GARBAGE = {
    "only an empty line": ("\n", "no action"),
    "no action": ("reaction=REJECT\n\n", "no action"),
    "an action in another case": ("Action=REJECT\n\n", "no action"),
    "no attribute": ("REJECT no\n\n", 'no name=value: "REJECT%20no"'),
    "a page": ("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", 'no name=value: "HTTP/1.1%20400%20Bad%20Request"'),
    "a greeting before it": ("220 hello\naction=REJECT\n\n", 'no name=value: "220%20hello"'),
    "a warning before it": ("Traceback: x=y\naction=REJECT\n\n", "no name=value"),
    "bytes": (b"\xff\xfe\x00\x01=\n\n", "no name=value"),
    "a header forged by a second line": ("action=PREPEND X-A: b\nX-Forged: yes=1\n\n", "no name=value"),
    "a second action": ("action=DUNNO\naction=REJECT\n\n", "a second action"),
    "a carriage return inside": ("action=PREPEND X-A: b\rX-Forged: yes\n\n", "a control byte"),
    "a NUL inside": (b"action=REJECT\x00no\n\n", "a control byte"),
    "an empty action": ("action=\n\n", "its action is empty"),
    "a blank action": ("action= REJECT\n\n", "a blank at its beginning"),
    "a bare number": ("action=450\n\n", "a code without text"),
    "any number": ("action=1\n\n", "a bare number"),
    "an unknown word": ("action=LATER please\n\n", "the unknown word LATER"),
    "a restriction class": ("action=reject_unauth_destination\n\n", "the unknown word reject_unauth_destination"),
    "a header that is none": ("action=PREPEND nothing\n\n", "no header"),
}


class Misbehaving(BridgeCase):
    def assert_no_opinion(self, server, why, *options):
        """It is logged, and the next one's answer goes out."""
        next_one = Scripted(self, action("REJECT says the next one"))
        answer = self.ask(request(), server, next_one, options=("--no-greylist", *options))
        self.assertEqual((answer.action, answer.status), ("REJECT says the next one", 0))
        log = self.log_of(answer)
        self.assertEqual(len(log), 1, log)
        self.assertTrue(log[0].startswith(f"warning: ask {server.name}: "), log)
        self.assertIn(why, log[0])
        self.assertTrue(log[0].endswith(": going on without its answer"), log)
        return next_one

    def test_a_server_that_does_not_answer_in_time_has_no_opinion(self):
        for name, (behave, why) in SILENT.items():
            with self.subTest(name):
                self.assert_no_opinion(Scripted(self, behave), why, "--ask-timeout=1")

    def test_a_connection_that_is_not_made_in_time_is_an_answer_that_does_not_come(self):
        path = str(self.folder / "full.sock")
        with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as first:
            listener.bind(path)
            listener.listen(0)
            first.connect(path)  # has the one place; nobody takes it off
            self.assert_no_opinion(type("Server", (), {"name": f"unix:{path}"}), "no answer in time", "--ask-timeout=1")

    def test_a_server_that_breaks_the_connection_has_no_opinion(self):
        for name, (behave, why) in BROKEN.items():
            with self.subTest(name):
                self.assert_no_opinion(Scripted(self, behave), why)
                self.assert_no_opinion(Scripted(self, behave, path=self.folder / name), why)

    def test_a_server_that_talks_nonsense_has_no_opinion(self):
        for name, (reply, why) in GARBAGE.items():
            with self.subTest(name):
                self.assert_no_opinion(Scripted(self, answering(reply)), why)

    def test_a_server_that_does_not_listen_has_no_opinion(self):
        for name, why in ((f"inet:127.0.0.1:{free_port()}", "Connection refused"),
                          (f"unix:{self.folder}/missing", "No such file or directory"),
                          ("inet:no.such.host:10040", "no such name in /etc/hosts")):
            with self.subTest(name):
                self.assert_no_opinion(type("Server", (), {"name": name}), why)

    def test_an_answer_of_megabytes_is_none(self):
        for behave in never_ending, megabytes(), megabytes(b"x=" + b"y" * 3_000_000 + b"\n"):
            server = Scripted(self, behave)
            self.assert_no_opinion(server, "more than 16384 bytes")
            self.assertEqual(server.connections, 1)

    def test_what_comes_after_the_empty_line_is_not_read(self):
        for tail in "action=REJECT no\n\n", "x" * 1_000_000, "\n\n\n":
            answer = self.ask(request(), Scripted(self, answering("action=WARN first\n\n" + tail)))
            self.assertEqual((answer.action, self.log_of(answer)), ("WARN first", []))

    def test_a_second_try_is_made_where_the_connection_broke_before_any_byte(self):
        for first in close_at_once, reset, read_and_close:
            server = Scripted(self, first, action("REJECT at the second try"))
            answer = self.ask(request(), server)
            self.assertEqual((answer.action, self.log_of(answer)), ("REJECT at the second try", []))
            self.assertEqual(server.connections, 2)

    def test_there_is_no_third_try_and_none_after_the_first_byte(self):
        for behave, tries in ((close_at_once, 2), (read_and_close, 2), (answering("a", close_at_once), 1),
                              (answering("action=DUNNO\n", close_at_once), 1), (answering("junk\n\n"), 1)):
            server = Scripted(self, behave, behave, behave, action("REJECT too late"))
            self.assertEqual(self.ask(request(), server).action, "DUNNO")
            self.assertEqual(server.connections, tries)

    def test_silent_servers_leave_the_decision_its_time(self):
        silent = [Scripted(self, wait_for_the_end) for _ in range(4)]
        answer = self.ask(request(), *silent, options=("--deadline=2", "--ask-timeout=1", "--ask-when=before"))
        self.assertRegex(answer.action, "^DEFER_IF_PERMIT ")
        self.assertEqual(answer.status, 0)
        self.assertEqual(len(self.log_of(answer)), 4)
        self.assertIn("no time is left", self.log_of(answer)[3])

    def test_a_server_that_does_not_read_holds_nobody_up(self):
        def keep(connection):
            held.append(connection.dup())
        held = []
        server = Scripted(self, keep)
        large = request(**{f"x{number}": "y" * 500 for number in range(100)})  # 50 KB, each of them short enough to go out
        self.assert_no_opinion(server, "no answer in time", "--ask-timeout=1")
        answer = self.ask(large, server, options=("--no-greylist", "--ask-timeout=1"))
        self.assertEqual((answer.action, answer.status), ("DUNNO", 0))
        for connection in held:
            connection.close()

    def test_a_server_whose_queue_is_full_is_waited_for_and_given_up(self):
        full = socket.socket(socket.AF_UNIX)
        self.addCleanup(full.close)
        full.bind(str(self.folder / "full"))
        full.listen(0)
        waiting = []
        while True:
            waiting.append(socket.socket(socket.AF_UNIX))
            self.addCleanup(waiting[-1].close)
            waiting[-1].setblocking(False)
            try:
                waiting[-1].connect(str(self.folder / "full"))
            except BlockingIOError:
                break
        self.assert_no_opinion(type("Server", (), {"name": f"unix:{self.folder}/full"}), "no answer in time",
                               "--ask-timeout=1")

    def test_bytes_that_are_no_utf8_are_replaced_and_the_action_stands(self):
        answer = self.ask(request(), Scripted(self, answering(b"action=REJECT from=<j\xf6rg@x>\n\n")))
        self.assertEqual(answer.action, "REJECT from=<j?rg@x>")


if __name__ == "__main__":
    unittest.main()
