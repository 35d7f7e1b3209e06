"""A listening socket on standard input: one process while connections come."""

import concurrent.futures
import contextlib
import fcntl
import os
import random
import re
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest
from pathlib import Path

import hostile
from calling.waiting_server import WaitingServer
from harness import GREYONCE, GREYRULES, GREYSTATE, PATIENCE, Case, ask, block, read_to_end, request, wait_until

GREYLISTED = b"action=DEFER_IF_PERMIT Greylisted, please try again later\n\n"
MALFORMED = b"action=DEFER_IF_PERMIT Request not understood, please try again later\n\n"
FALLBACK = b"action=DUNNO\n\n"
F_OFD_SETLK = 37  # fcntl(2); Python 3.11 has no name for it


class Listening(Case):
    def setUp(self):
        super().setUp()
        self.numbers = iter(range(10**9))
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def serve(self, *options, **how):
        server = self.stack.enter_context(WaitingServer(self.folder, *options, **how))
        self.last_server = server
        return server

    def new(self):
        return request(sender=f"s{next(self.numbers)}@example.net")

    def log_text(self):
        return (self.folder / "log").read_text()

    def assert_quick(self, server, count=20, limit=0.1):
        """Plain requests on other connections are answered at once. The limit is a busy machine's, not a wait's."""
        times = []
        for _ in range(count):
            began = time.monotonic()
            self.assertEqual(server.ask(self.new()), GREYLISTED)
            times.append(time.monotonic() - began)
        self.assertLess(sorted(times)[count // 2], limit, times)


class OneRequestAConnection(Listening):
    def test_hundreds_are_answered_by_one_process(self):
        for tcp in False, True:
            server = self.serve(tcp=tcp)
            answers = [server.ask(self.new(), half_close) for half_close in (True, False) * 100]
            self.assertEqual(set(answers), {GREYLISTED})
            self.assertEqual(server.statuses, [])
            self.stack.close()
            self.assertEqual(len(server.statuses), 1)

    def test_it_interrupts_no_caller_that_has_yet_to_send_its_request(self):
        server = self.serve()
        self.assertEqual(server.ask(self.new()), GREYLISTED)
        self.assertEqual(os.sched_getscheduler(server.pid), os.SCHED_BATCH)

    def test_what_is_no_request_is_answered_as_elsewhere(self):
        server = self.serve()
        self.assertEqual(server.ask(b""), MALFORMED)
        self.assertEqual(server.ask(b"\n"), MALFORMED)
        self.assertEqual(server.ask(block(request())[:-1]), GREYLISTED)
        self.assertEqual(server.ask(request(helo_name="x" * 60_000)), GREYLISTED)
        self.assertEqual(server.ask(b"x=1\n" * 100_000 + block(request())), GREYLISTED)

    def test_what_comes_behind_the_request_does_not_take_the_answer_away(self):
        for tcp in False, True:
            server = self.serve(tcp=tcp)
            for more in b"x", block(self.new()) * 2000:
                with server.connected() as connection:
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                        connection.sendall(block(self.new()) + more)
                    self.assertEqual(read_to_end(connection), GREYLISTED)
            self.stack.close()

    def test_who_sends_in_parts_or_without_an_end_is_answered_and_sees_the_end(self):
        """A whole request is looked at where it lies: what is left there at the end would be a reset."""
        server = self.serve()
        whole = block(self.new())
        for parts in [whole], [whole[:40], whole[40:]], [whole[:-1], whole[-1:]], [whole[i:i + 1] for i in range(len(whole))], [whole[:-1]]:
            with server.connected() as connection:
                for part in parts:
                    connection.sendall(part)
                    time.sleep(0.05 if len(parts) == 2 else 0)
                if parts == [whole[:-1]]:
                    connection.shutdown(socket.SHUT_WR)
                self.assertEqual(read_to_end(connection), GREYLISTED)
                self.assertEqual(connection.recv(1), b"")

    def test_each_request_has_its_own_deadline(self):
        server = self.serve("--deadline=1", "--on-error=WARN late", log=self.folder / "log")
        with server.connected() as silent, server.connected() as stalled:
            began = time.monotonic()
            stalled.sendall(b"request=smtpd_acc")
            self.assert_quick(server)
            for connection in silent, stalled:
                self.assertEqual(read_to_end(connection), b"action=WARN late\n\n")
            self.assertGreater(time.monotonic() - began, 0.9)
            self.assertLess(time.monotonic() - began, 3)
        self.assertEqual(self.log_text().count("greyonce: warning: the deadline was reached: answering WARN late\n"), 2)

    def test_many_at_once_have_each_its_own_answer(self):
        server = self.serve("--lookup-by-host", backlog=1000)
        def ask(number):
            return server.ask(request(client_address=f"192.0.{number // 250}.{1 + number % 250}", sender=f"x{number}@example.net"))
        with concurrent.futures.ThreadPoolExecutor(200) as pool:
            self.assertEqual(set(pool.map(ask, range(2000))), {GREYLISTED})
        self.assertEqual(server.statuses, [])


class BesideOthers(Listening):
    """A process that was asked a hundred times looks who else has the state open, and knows what it need not read again."""

    def serve_often(self):
        server = self.serve("--auto-whitelist-clients=0")
        for _ in range(150):
            self.assertEqual(server.ask(self.new()), GREYLISTED)
        return server

    def write(self, *senders):
        """As having passed, by another process."""
        now = int(time.time())
        lines = "".join(f"T {now - 900} {now - 300} 000001 192.0.2.0 {sender} bob@example.org\n" for sender in senders)
        subprocess.run([GREYSTATE, "import", self.folder / "state", "--from", "greyonce", "--config", "/dev/null"],
                       input=lines, text=True, check=True, capture_output=True)

    def opens_told(self, server):
        """Whether it is told who opens a file (inotify)."""
        folder = Path(f"/proc/{server.pid}/fd")
        return any("inotify" in os.readlink(one) for one in folder.iterdir())

    def test_what_they_write_counts_at_once(self):
        server = self.serve_often()
        served_by = server.pid
        self.assertTrue(self.opens_told(server))
        for number in range(60):
            known, unknown = self.new(), self.new()
            self.assertEqual(server.ask(known), GREYLISTED)
            self.write(known["sender"], unknown["sender"])
            for question in known, unknown:
                self.assertIn(b"action=DUNNO", server.ask(question), number)
            if number % 20 == 0:
                time.sleep(1.1)  # and it asks anew whether it is alone
                self.assertEqual(server.ask(self.new()), GREYLISTED)
        self.assertEqual(server.pid, served_by)

    def test_they_need_not_wait_for_it_even_where_it_is_stopped(self):
        server = self.serve_often()
        os.kill(server.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, server.pid, signal.SIGCONT)
        with open(self.folder / "state", "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)) as copied:
            self.assertTrue(copied.read().startswith(b"greyonce state 1"))  # as tar(1) opens it
        began = time.monotonic()
        answer = ask(self.new(), "--config=/dev/null", "--state", self.folder / "state", "--rules", self.folder / "rules.cdb",
                     "--log=none", "--auto-whitelist-clients=0", "--deadline=5")
        self.assertEqual(answer.output, GREYLISTED)
        self.assertLess(time.monotonic() - began, 2)

    def test_not_after_a_few_requests(self):
        server = self.serve()
        for _ in range(50):
            self.assertEqual(server.ask(self.new()), GREYLISTED)
        self.assertFalse(self.opens_told(server))


class UntilEof(Listening):
    def read_answer(self, connection):
        answer = b""
        while not answer.endswith(b"\n\n"):
            part = connection.recv(1)
            self.assertNotEqual(part, b"", answer)
            answer += part
        return answer

    def test_a_connection_stays_and_its_requests_are_answered_in_turn(self):
        server = self.serve("--until-eof", "--deadline=1")
        with server.connected() as first, server.connected() as second:
            for connection in (first, second) * 3:
                connection.sendall(block(self.new()))
                self.assertEqual(self.read_answer(connection), GREYLISTED)
            first.sendall(block(self.new()) * 3 + block(self.new())[:20])
            self.assertEqual([self.read_answer(first) for _ in range(3)], [GREYLISTED] * 3)
            time.sleep(1.5)  # idle, for longer than a deadline
            second.sendall(block(self.new()))
            self.assertEqual(self.read_answer(second), GREYLISTED)
            self.assertEqual(read_to_end(first), FALLBACK)  # of the part, at its deadline
            second.shutdown(socket.SHUT_WR)
            self.assertEqual(read_to_end(second), b"")

    def test_a_thousand_idle_ones_hold_up_nobody(self):
        self.allow_descriptors()
        server = self.serve("--until-eof", backlog=2000)
        with contextlib.ExitStack() as idle:
            for _ in range(1000):
                idle.enter_context(server.connected()).sendall(block(request()))
            wait_until(lambda: server.pid and len(os.listdir(f"/proc/{server.pid}/fd")) > 1000, "all of them to be accepted")
            with server.connected() as connection:
                for _ in range(20):
                    connection.sendall(block(self.new()))
                    self.assertEqual(self.read_answer(connection), GREYLISTED)
            self.assertLess(self.memory(server.pid), 10 * 1024)

    @staticmethod
    def memory(pid):
        """KiB at the most."""
        status = Path(f"/proc/{pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])

    def allow_descriptors(self):
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, limits)

    def test_one_that_sends_without_end_and_reads_nothing_holds_up_nobody(self):
        server = self.serve("--until-eof", "--deadline=2")
        with server.connected() as greedy, server.connected() as other:
            greedy.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    greedy.send(block(request()) * 100)
            began = time.monotonic()
            for _ in range(20):
                other.sendall(block(self.new()))
                self.assertEqual(self.read_answer(other), GREYLISTED)
            self.assertLess(time.monotonic() - began, 2)


class NobodyWaits(Listening):
    def test_for_one_that_is_slow(self):
        server = self.serve("--deadline=30")
        with server.connected() as slow, server.connected(), server.connected() as large:
            slow.sendall(b"r")
            large.sendall(b"helo_name=" + b"x" * 60_000)
            self.assert_quick(server)
            slow.sendall(block(self.new())[1:])
            self.assertEqual(read_to_end(slow), GREYLISTED)

    def test_for_a_policy_server_that_is_silent(self):
        silent = socket.socket(socket.AF_UNIX)
        self.stack.enter_context(silent)
        silent.bind(str(self.folder / "silent"))
        silent.listen(100)
        (self.folder / "rules").write_text("sender slow@example.net ask slow\n")
        subprocess.run([GREYRULES, "compile", "-o", self.folder / "rules.cdb", self.folder / "rules"], check=True, capture_output=True)
        server = self.serve(f"--ask=slow=unix:{self.folder}/silent", "--ask-timeout=2", "--delay=0", log=self.folder / "log")
        began = time.monotonic()
        with server.connected() as waiting:
            waiting.sendall(block(request(sender="slow@example.net")))
            times = []
            for _ in range(20):
                start = time.monotonic()
                self.assertRegex(server.ask(self.new()), b"action=PREPEND ")
                times.append(time.monotonic() - start)
            self.assertLess(max(times), 1)
            self.assertRegex(read_to_end(waiting), b"action=PREPEND .*\n\n")  # the header that its first part decided on
        self.assertGreater(time.monotonic() - began, 1.9)
        wait_until(lambda: "no answer in time: going on without its answer" in self.log_text(), "the line")

    def test_for_those_that_call_and_say_nothing_but_once_a_second(self):
        trace = self.folder / "trace"
        server = self.serve(command=["/usr/bin/strace", "-e", "trace=setsockopt", "-o", trace, GREYONCE])
        self.assertEqual(server.ask(self.new()), GREYLISTED)
        began = time.monotonic()
        for _ in range(50):
            with server.connected():
                self.assertEqual(server.ask(self.new()), GREYLISTED)
        seconds = time.monotonic() - began
        time.sleep(0.2)
        waits = trace.read_text().count(r"\350\3")  # 1000 microseconds, for the first bytes of a caller
        self.assertGreater(waits, 0)
        self.assertLessEqual(waits, 2 + seconds)

    def test_for_the_dns(self):
        nameserver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # and it never answers
        self.stack.enter_context(nameserver)
        nameserver.bind(("127.0.0.1", 0))
        (self.folder / "rules").write_text("sender .plain.example pass\n")
        subprocess.run([GREYRULES, "compile", "-o", self.folder / "rules.cdb", self.folder / "rules"], check=True, capture_output=True)
        config = self.folder / "config"
        config.write_text(f"weight = yes\nnameserver = 127.0.0.1:{nameserver.getsockname()[1]}\n")
        server = self.serve("--deadline=2", config=config)
        with server.connected() as weighed:
            began = time.monotonic()
            weighed.sendall(block(self.new()))
            for _ in range(20):
                self.assertEqual(server.ask(request(sender="x@plain.example")), FALLBACK)
            self.assertLess(time.monotonic() - began, 1)
            self.assertNotEqual(read_to_end(weighed), b"")
            self.assertGreater(time.monotonic() - began, 0.5)

    def test_for_a_storm_of_slow_ones(self):
        server = self.serve("--deadline=60", backlog=1000)
        with contextlib.ExitStack() as slow:
            drippers = [slow.enter_context(server.connected()) for _ in range(300)]
            silent = [slow.enter_context(server.connected()) for _ in range(100)]
            stop = threading.Event()
            def drip():
                text = block(request())
                for at in range(len(text)):
                    for number, connection in enumerate(drippers):
                        connection.sendall(text[at:at + 1] if number % 3 else b"helo_name=" + b"x" * 8192)
                        if stop.is_set():
                            return
            dripping = threading.Thread(target=drip)
            dripping.start()
            try:
                times = []
                for _ in range(300):
                    start = time.monotonic()
                    self.assertEqual(server.ask(self.new()), GREYLISTED)
                    times.append(time.monotonic() - start)
            finally:
                stop.set()
                dripping.join()
            self.assertEqual(len(silent), 100)
        self.assertLess(sorted(times)[len(times) * 99 // 100], 0.2, sorted(times)[-5:])

    def test_for_a_lock(self):
        server = self.serve("--deadline=2", "--on-error=WARN late", log=self.folder / "log")
        self.assertEqual(server.ask(request()), GREYLISTED)
        with open(self.folder / "state", "r+b") as state:
            half = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 129 * 4096, 0)  # page 0 and half of the roots
            fcntl.fcntl(state, F_OFD_SETLK, half)
            with concurrent.futures.ThreadPoolExecutor(40) as pool:
                def timed(question):
                    start = time.monotonic()
                    return server.ask(question), time.monotonic() - start
                done = list(pool.map(timed, [self.new() for _ in range(40)]))
            late = [took for answer, took in done if answer == b"action=WARN late\n\n"]
            quick = [took for answer, took in done if answer == GREYLISTED]
            self.assertEqual(len(late) + len(quick), 40, done)
            self.assertGreater(len(late), 5)
            self.assertGreater(len(quick), 5)
            self.assertGreater(min(late), 1.5)
            self.assertLess(max(quick), 1)
            pool = self.stack.enter_context(concurrent.futures.ThreadPoolExecutor(20))
            waiting = [pool.submit(server.ask, self.new()) for _ in range(20)]
            time.sleep(0.5)
        self.assertEqual({one.result() for one in waiting}, {GREYLISTED})  # who had the lock gave it up in time
        self.assert_quick(server)

    def test_for_those_that_wait_for_a_child(self):
        nameserver = self.stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))  # and it never answers
        nameserver.bind(("127.0.0.1", 0))
        (self.folder / "rules").write_text("sender .plain.example pass\n")
        subprocess.run([GREYRULES, "compile", "-o", self.folder / "rules.cdb", self.folder / "rules"], check=True, capture_output=True)
        config = self.folder / "config"
        config.write_text(f"weight = yes\nnameserver = 127.0.0.1:{nameserver.getsockname()[1]}\nchildren = 2\ndeadline = 2\n")
        server = self.serve(config=config)
        with contextlib.ExitStack() as weighed:
            connections = [weighed.enter_context(server.connected()) for _ in range(10)]
            for connection in connections:
                connection.sendall(block(self.new()))
            began = time.monotonic()
            for _ in range(20):
                self.assertEqual(server.ask(request(sender="x@plain.example")), FALLBACK)
            self.assertLess(time.monotonic() - began, 1)
            for connection in connections:  # a nameserver of the client's keeps the children busy: nobody passes by that
                self.assertTrue(read_to_end(connection).startswith(b"action=DEFER_IF_PERMIT "))
            self.assertLess(time.monotonic() - began, 4)

    def test_no_child_is_begun_that_only_the_deadline_would_end(self):
        nameserver = self.stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        nameserver.bind(("127.0.0.1", 0))
        config = self.folder / "config"
        config.write_text(f"weight = yes\nnameserver = 127.0.0.1:{nameserver.getsockname()[1]}\nchildren = 1\ndeadline = 2\n")
        server = self.serve(config=config)
        with server.connected() as first, server.connected() as second:
            first.sendall(block(request(client_address="192.0.2.1")))
            time.sleep(0.2)
            second.sendall(block(request(client_address="192.0.2.2")))
            for connection in first, second:
                self.assertTrue(read_to_end(connection).startswith(b"action=DEFER_IF_PERMIT "))
        asked = b""
        while select.select([nameserver], [], [], 0.1)[0]:
            asked += nameserver.recv(512)
        self.assertIn(b"\x011\x012\x010\x03192", asked)
        self.assertNotIn(b"\x012\x012\x010\x03192", asked)

    def test_who_finds_no_child_free_waits_for_one_up_to_his_deadline(self):
        silent = socket.socket(socket.AF_UNIX)
        self.stack.enter_context(silent)
        silent.bind(str(self.folder / "silent"))
        silent.listen(100)
        server = self.serve(f"--ask=unix:{self.folder}/silent", "--ask-timeout=1", "--children=2", "--deadline=3", "--on-error=WARN late",
                            "--no-greylist")
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            def timed(_):
                return server.ask(self.new()), time.monotonic() - began
            done = list(pool.map(timed, range(10)))
        decided = [took for answer, took in done if answer == FALLBACK]
        # The last have no time left for a server, which is trouble of ours, or never find a child.
        late = [took for answer, took in done if answer == b"action=WARN late\n\n" or answer.startswith(b"action=DEFER_IF_PERMIT ")]
        self.assertEqual(len(decided) + len(late), 10, done)
        self.assertGreaterEqual(len(decided), 4)
        self.assertLess(max(took for _, took in done), 5)
        self.assertEqual(sum(took < 1.6 for took in decided), 2, done)


class Ends(Listening):
    def test_after_a_while_without_a_connection(self):
        server = self.serve("--idle=1")
        self.assertEqual(server.ask(self.new()), GREYLISTED)
        wait_until(lambda: server.statuses == [0], "its end", 5)
        self.assertEqual(server.ask(self.new()), GREYLISTED)
        self.assertEqual(server.statuses, [0])

    def test_not_while_callers_come_one_after_the_other(self):
        server = self.serve("--idle=1")
        began = time.monotonic()
        while time.monotonic() < began + 2.5:
            self.assertEqual(server.ask(self.new()), GREYLISTED)
            self.assertEqual(server.statuses, [])
        wait_until(lambda: server.statuses == [0], "its end", 5)

    def test_soon_when_told_to_while_callers_are_always_waiting(self):
        server = self.serve()
        stop = threading.Event()
        def caller():
            while not stop.is_set():
                self.assertEqual(server.ask(self.new()), GREYLISTED)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            callers = [pool.submit(caller) for _ in range(4)]
            try:
                time.sleep(0.5)
                server.kill()
                wait_until(lambda: server.statuses == [0], "its end", 1)
            finally:
                stop.set()
            for one in callers:
                one.result()

    def test_when_configuration_rules_or_program_are_others(self):
        program, config = self.folder / "greyonce", self.folder / "config"
        shutil.copy(GREYONCE, program)
        config.write_text("greylist-text = one\n")
        server = self.serve(command=(program,), config=config)
        self.assertEqual(server.ask(self.new()), b"action=DEFER_IF_PERMIT one\n\n")
        config.write_text("greylist-text = another\n")
        time.sleep(0.15)
        self.assertEqual(server.ask(self.new()), b"action=DEFER_IF_PERMIT another\n\n")
        (self.folder / "rules").write_text("default reject it is over\n")
        subprocess.run([GREYRULES, "compile", "-o", self.folder / "rules.cdb", self.folder / "rules"], check=True, capture_output=True)
        time.sleep(0.15)
        self.assertEqual(server.ask(self.new()), b"action=REJECT it is over\n\n")
        wait_until(lambda: server.statuses == [0, 0], "the end of the second", 3)
        self.assertEqual(server.ask(self.new()), b"action=REJECT it is over\n\n")
        shutil.copy(GREYONCE, self.folder / "new")
        os.replace(self.folder / "new", program)
        wait_until(lambda: server.statuses == [0, 0, 0], "the end of the third", 3)

    def test_at_the_latest_after_ten_seconds_and_what_is_open_is_finished(self):
        server = self.serve("--until-eof", "--deadline=30")
        with server.connected() as idle, server.connected() as slow:
            idle.sendall(block(self.new()))
            self.assertEqual(idle.recv(4096), GREYLISTED)
            slow.sendall(b"r")
            time.sleep(0.2)
            began = time.monotonic()
            server.kill()
            self.assertEqual(self.ask_and_close(server), GREYLISTED)
            wait_until(lambda: server.statuses == [0], "its end", 15)
            self.assertGreater(time.monotonic() - began, 9)
            self.assertLess(time.monotonic() - began, 12)
            self.assertEqual(read_to_end(idle), b"")
            self.assertEqual(self.ask_and_close(server), GREYLISTED)
            slow.sendall(block(self.new())[1:])
            self.assertEqual(read_to_end(slow), GREYLISTED)

    def ask_and_close(self, server):
        return server.ask(self.new())

    def test_no_connection_is_lost_over_many_ends_under_load(self):
        server = self.serve()
        stop = threading.Event()
        def caller(answers):
            while not stop.is_set():
                answers.append(server.ask(request(sender=f"{random.random()}@example.net"), half_close=bool(random.getrandbits(1))))
        answers = [[] for _ in range(8)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            callers = [pool.submit(caller, one) for one in answers]
            while len(server.statuses) < 50:
                time.sleep(0.03)
                server.kill()
            stop.set()
            for one in callers:
                one.result()
        self.assertLessEqual(set(server.statuses), {0, 70, -signal.SIGTERM})  # the latter before it has begun to serve
        self.assertEqual({answer for one in answers for answer in one}, {GREYLISTED})


class FailureTable(Listening):
    """The rows of greyonce(8) that no process a request is needed for."""

    def test_a_state_that_cannot_be_used(self):
        state = self.folder / "state"
        server = self.serve("--on-error=WARN trouble", log=self.folder / "log")
        for content in b"x", b"greyonce state 2 " * 100, None:
            if content is None:
                state.mkdir()
            else:
                state.write_bytes(content)
            self.assertEqual(server.ask(self.new()), b"action=WARN trouble\n\n")
            self.assertEqual(state.is_dir() or state.read_bytes() == content, True)
            if content is not None:
                state.unlink()
        state.rmdir()
        self.assertEqual(server.ask(self.new()), GREYLISTED)
        self.assertEqual(self.log_text().count(f"{state}"), 3)

    def test_rules_that_are_damaged_or_missing_are_gone_on_without(self):
        rules = self.folder / "rules.cdb"
        for content in b"", b"\xff" * 4096, None:
            server = self.serve(log=self.folder / "log")
            rules.unlink() if content is None else rules.write_bytes(content)
            before = self.log_text().count("going on without") if (self.folder / "log").exists() else 0
            self.assertEqual(server.ask(self.new()), GREYLISTED)
            wait_until(lambda before=before: self.log_text().count("going on without") == before + 1, "the line")
            self.stack.close()

    def test_two_values_of_an_attribute_and_malformed_requests(self):
        server = self.serve("--on-malformed=WARN malformed", log=self.folder / "log")
        for question in ("\n", request(client_address="300.1.1.1"), request(sender=None), request(request="junk")):
            self.assertEqual(server.ask(question), b"action=WARN malformed\n\n")
        wait_until(lambda: "malformed request: " in self.log_text(), "the line")
        twice = block(request())[:-1] + b"recipient=alice@example.org\n\n"
        self.assertEqual(server.ask(twice), GREYLISTED)
        server.kill()
        wait_until(lambda: server.statuses, "its end")
        self.assertIn("malformed requests without a line: 3", self.log_text())
        self.assertEqual(self.log_text().count("malformed request: "), 1)  # one a minute

    def test_a_caller_that_went_away(self):
        server = self.serve(log=self.folder / "log")
        with server.connected() as connection:
            connection.sendall(block(request())[:-1])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wait_until(lambda: "the answer could not be written" in self.log_text(), "the line")
        wait_until(lambda: "action=greylist, reason=new, " in self.log_text(), "the decision's line")
        self.assertEqual(server.ask(self.new()), GREYLISTED)
        self.assertEqual(server.statuses, [])

    def test_hostile_values_get_the_answers_of_a_process_each(self):
        server = self.serve("--lookup-by-host")
        other = self.folder / "other"
        for helo, sender, recipient in hostile.everything(self.folder / "flag"):
            question = "".join(f"{name}={value}\n" for name, value in request(
                helo_name=helo, sender=sender, recipient=recipient).items()).encode(errors="surrogateescape") + b"\n"
            alone = ask(question, "--config", "/dev/null", "--state", other, "--log", "none", "--lookup-by-host")
            self.assertEqual(server.ask(question), alone.output, question)
        self.assertEqual(server.statuses, [])


class Faults(Listening):
    def test_a_crash_answers_what_was_being_decided_and_the_service_goes_on(self):
        server = self.serve("--on-error=WARN crash", log=self.folder / "log")
        outcomes = {}
        stop = threading.Event()
        def caller():
            while not stop.is_set():
                try:
                    answer = server.ask(request(sender=f"{random.random()}@example.net"))
                except ConnectionError:
                    answer = b""
                outcomes[answer] = outcomes.get(answer, 0) + 1
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            callers = [pool.submit(caller) for _ in range(4)]
            while len(server.statuses) < 20:
                time.sleep(0.1)
                server.kill(signal.SIGSEGV)
            stop.set()
            for one in callers:
                one.result()
        self.assertLessEqual(set(server.statuses), {70, -signal.SIGSEGV})  # or before it could say so
        self.assertLessEqual(set(outcomes), {GREYLISTED, b"action=WARN crash\n\n", b""})
        self.assertLessEqual(outcomes.get(b"", 0) + outcomes.get(b"action=WARN crash\n\n", 0), 4 * len(server.statuses))
        self.assertGreater(outcomes[GREYLISTED], 100)
        self.assertIn("ended by the signal SEGV", self.log_text())

    def test_a_child_that_crashes_or_is_killed_is_answered_for(self):
        silent = self.stack.enter_context(socket.socket(socket.AF_UNIX))
        silent.bind(str(self.folder / "silent"))
        silent.listen(100)
        server = self.serve(f"--ask=unix:{self.folder}/silent", "--no-greylist", "--deadline=15", "--ask-timeout=15",
                            "--on-error=WARN crash", log=self.folder / "log")
        for number, told in (signal.SIGSEGV, "ended by the signal SEGV: answering WARN crash"), (signal.SIGKILL, "signal 9: answering"):
            with server.connected() as connection:
                connection.sendall(block(self.new()))
                child = wait_until(lambda: server.pid and Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(), "a child")
                os.kill(int(child), number)
                self.assertEqual(read_to_end(connection), b"action=WARN crash\n\n")
            wait_until(lambda told=told: told in self.log_text(), "the line")
            wait_until(lambda: not Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(), "its end")
        self.assertEqual(server.statuses, [])

    def test_killed_at_random_under_load_none_but_those_in_hand_are_lost(self):
        server = self.serve()
        stop = threading.Event()
        counts = {GREYLISTED: 0, b"": 0}
        lock = threading.Lock()
        def caller():
            while not stop.is_set():
                try:
                    answer = server.ask(request(sender=f"{random.random()}@example.net"))
                except ConnectionError:
                    answer = b""
                with lock:
                    counts[answer] += 1
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            callers = [pool.submit(caller) for _ in range(8)]
            while len(server.statuses) < 20:
                time.sleep(random.random() / 5)
                server.kill(signal.SIGKILL)
            stop.set()
            for one in callers:
                one.result()
        self.assertGreater(counts[GREYLISTED], 100)
        self.assertLessEqual(counts[b""], 8 * len(server.statuses))

    def with_faults(self, *injected, options=()):
        command = ["/usr/bin/strace", "-o", "/dev/null", *(word for fault in injected for word in ("-e", f"inject={fault}")), GREYONCE]
        return self.serve(*options, log=self.folder / "log", command=command)

    def test_whatever_accept_fails_with_it_goes_on(self):
        for error in ("EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "ECONNABORTED", "EPERM", "EPROTO", "EINTR"):
            server = self.with_faults(f"accept4:error={error}:when=1+3")
            self.assertEqual({server.ask(self.new()) for _ in range(6)}, {GREYLISTED})
            self.assertEqual(server.statuses, [])
            self.stack.close()
            self.assertEqual(self.log_text().count("accept a connection: "), 0 if error == "EINTR" else 1, error)
            (self.folder / "log").unlink()

    def test_a_socket_that_accepts_no_more_ends_it_and_is_told(self):
        server = self.with_faults("accept4:error=EINVAL:when=2")
        self.assertEqual(server.ask(self.new()), GREYLISTED)
        wait_until(lambda: server.statuses == [64], "its end")
        self.assertIn("accept a connection: Invalid argument", self.log_text())

    def test_where_no_child_can_be_made_who_would_wait_is_answered_at_the_deadline(self):
        server = self.with_faults("clone:error=EAGAIN", "fork:error=EAGAIN",
                                  options=(f"--ask=unix:{self.folder}/nobody", "--no-greylist", "--deadline=1", "--on-error=WARN late"))
        self.assertEqual(server.ask(self.new()), b"action=WARN late\n\n")
        self.assertEqual(server.ask(b""), MALFORMED)
        self.assertEqual(self.log_text().count("make a child: Resource temporarily unavailable (told once a minute)"), 1)

    def test_out_of_memory_it_closes_what_it_cannot_keep_and_goes_on(self):
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        for more in 0, 32, 64:  # KiB: where it fails depends on how much is left
            with self.subTest(more=more):
                server = self.serve("--until-eof", "--deadline=30", backlog=3000)
                self.call_without_memory(server, more * 1024)
                self.assertEqual(server.ask(self.new()), GREYLISTED)
                self.assertEqual(server.statuses, [])
                self.stack.close()

    def call_without_memory(self, server, more):
        with contextlib.ExitStack() as many:
            first = many.enter_context(server.connected())
            first.sendall(block(self.new()))
            self.assertEqual(first.recv(4096), GREYLISTED)
            pid = server.pid
            data = re.search(r"VmData:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]
            resource.prlimit(pid, resource.RLIMIT_DATA, (int(data) * 1024 + more, resource.RLIM_INFINITY))
            for _ in range(1500):
                with contextlib.suppress(BrokenPipeError):
                    many.enter_context(server.connected()).sendall(block(request())[:-1])
            wait_until(lambda: 10 < len(os.listdir(f"/proc/{pid}/fd")) < 1200, "some of them to be closed")
        resource.prlimit(pid, resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def test_out_of_descriptors_it_goes_on(self):
        server = self.serve("--until-eof", log=self.folder / "log", command=("sh", "-c", 'ulimit -n 20; exec "$@"', "sh", GREYONCE))
        with contextlib.ExitStack() as idle:
            for _ in range(40):
                idle.enter_context(server.connected()).sendall(b"r")
            wait_until(lambda: "accept a connection: Too many open files (told once a minute)" in self.log_text(), "the line")
            time.sleep(1)
            before = self.processor_time(server.pid)
            time.sleep(1)
            self.assertLess(self.processor_time(server.pid) - before, 0.2)
        self.assertEqual(server.ask(self.new()), GREYLISTED)
        self.assertEqual(self.log_text().count("accept a connection"), 1)

    @staticmethod
    def processor_time(pid):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_wrong_options_are_answered_with_the_fallback(self):
        server = self.serve("--frob", "--idle=1", log=self.folder / "log")
        self.assertEqual([server.ask(self.new()) for _ in range(3)], [FALLBACK] * 3)
        wait_until(lambda: server.statuses == [64], "its end", 5)
        self.assertEqual(self.log_text().count("frob"), 1)

    def test_a_socket_of_another_kind_is_refused(self):
        bound = socket.socket(socket.AF_UNIX)
        bound.bind(str(self.folder / "bound"))
        closed = socket.socket()
        closed.bind(("127.0.0.1", 0))
        closed.listen()
        closed.shutdown(socket.SHUT_RDWR)
        sequence = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sequence.bind(str(self.folder / "sequence"))
        sequence.listen()
        datagrams, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        other.send(block(request()))
        for kind in bound, closed, sequence, datagrams:
            with kind:
                done = subprocess.run([GREYONCE, "--config", "/dev/null", "--log", "stderr"], stdin=kind, capture_output=True,
                                      timeout=PATIENCE, check=False)
                self.assertEqual((done.stdout, done.returncode), (b"", 64))
                self.assertIn(b"neither a connection nor a listening stream socket", done.stderr)
        other.close()

    def test_sockets_that_systemd_hands_over_are_served(self):
        with contextlib.ExitStack() as sockets:
            listening = []
            for path in "one", "two":
                one = sockets.enter_context(socket.socket(socket.AF_UNIX))
                one.bind(str(self.folder / path))
                one.listen()
                listening.append(one)
            for first in listening:
                os.set_inheritable(first.fileno(), True)
            script = f'exec 3<&{listening[0].fileno()} 4<&{listening[1].fileno()}; LISTEN_PID=$$ LISTEN_FDS=2 exec "$@"'
            child = subprocess.Popen(["bash", "-c", script, "sh", GREYONCE, "--config", "/dev/null", "--state", self.folder / "state",
                                      "--log", "none", "--idle=1"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     pass_fds=[one.fileno() for one in listening])
            with child:
                for path in "one", "two":
                    with socket.socket(socket.AF_UNIX) as connection:
                        connection.connect(str(self.folder / path))
                        connection.sendall(block(self.new()))
                        self.assertEqual(read_to_end(connection), GREYLISTED)
                self.assertEqual((child.wait(PATIENCE), child.stdout.read()), (0, b""))


if __name__ == "__main__":
    unittest.main()
