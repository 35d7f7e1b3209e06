"""Never in the way of the mail: each row of the failure table in greyonce(8), tried for real."""

import contextlib
import fcntl
import os
import pty
import resource
import signal
import socket
import struct
import subprocess
import time
import unittest

from decision.answers_test import GREYLISTED, MALFORMED, Filter
from harness import GREYONCE, PATIENCE, ask, block, limited, read_to_end, request, wait_until

NOBODY = 65534
F_OFD_SETLK = 37  # fcntl(2); Python 3.11 has no name for it


class State(Filter):
    """A state that cannot be used: the fallback, 74, and the file as it was."""

    def assert_fallback(self, *options, state=None, question=None, **how):
        answer = ask(question or request(sender="new@example.net"), "--config", "/dev/null", "--log", "stderr",
                     "--state", state or self.state, *options, **how)
        self.assertEqual((answer.action, answer.status), ("DUNNO", 74), answer)
        self.assertIn(b"warning: ", answer.stderr)
        self.assertIn(str(state or self.state).encode(), answer.stderr)

    def test_its_directory_is_missing(self):
        self.assert_fallback(state=self.folder / "missing" / "state")

    def test_a_directory_is_in_its_place(self):
        self.state.mkdir()
        self.assert_fallback()

    def test_it_is_a_loop_of_symbolic_links(self):
        self.state.symlink_to(self.state)
        self.assert_fallback()

    def test_it_is_no_file(self):
        for other in "/dev/null", "/dev/full", "/dev/zero":
            self.assert_fallback(state=other)
        os.mkfifo(self.state)
        self.assert_fallback()

    def test_it_is_not_ours(self):
        for content in b"x", b"hello\n" * 10000, b"\0" * 2**21, b"greyonce state":
            self.state.write_bytes(content)
            self.assert_fallback()
            self.assertEqual(self.state.read_bytes(), content)

    def test_it_is_of_a_later_version(self):
        self.ask(request())
        content = self.state.read_bytes().replace(b"greyonce state 1 ", b"greyonce state 2 ")
        self.state.write_bytes(content)
        self.assert_fallback()
        self.assertEqual(self.state.read_bytes(), content)

    def test_an_empty_file_is_a_new_state(self):
        self.state.touch()
        self.assertEqual(self.at(1000), GREYLISTED)
        self.assertRegex(self.at(1300), "^PREPEND ")

    def test_it_may_not_be_opened(self):
        self.ask(request())
        self.assert_fallback(user=NOBODY, group=NOBODY)

    def test_where_it_may_only_be_read_who_is_known_still_passes(self):
        self.at(1000)
        self.at(1300)
        self.state.chmod(0o444)
        known = request(policy_test_time=1400)
        for question, action in (known, "DUNNO"), (request(policy_test_time=1400, sender="new@example.net"), "DUNNO"):
            answer = self.ask(question, "--clock", "request", "--on-error=450 trouble", user=NOBODY, group=NOBODY)
            expected = action if question is known else "450 trouble"
            self.assertEqual((answer.action, answer.status), (expected, 74))

    def test_where_it_cannot_grow_nobody_is_deferred_without_being_remembered(self):
        def no_room():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        self.assert_fallback(preexec_fn=no_room)
        self.assertFalse(self.state.exists())

    def test_it_is_there_again_when_the_trouble_is_over(self):
        self.state.mkdir()
        self.assert_fallback()
        self.state.rmdir()
        self.assertEqual(self.ask(request()).action, GREYLISTED)


class Rules(Filter):
    def assert_goes_on(self, rules, logged):
        answer = self.ask(request(), "--rules", rules, "--log", "stderr")
        self.assertEqual((answer.action, answer.status), (GREYLISTED, 0))
        self.assertEqual(b"going on without" in answer.stderr, logged, answer.stderr)

    def test_missing_damaged_or_unreadable_rules_are_gone_on_without(self):
        damaged = self.folder / "rules.cdb"
        for content in b"", b"x", b"\xff" * 4096, b"\0" * 2048:
            damaged.write_bytes(content)
            self.assert_goes_on(damaged, True)
        self.assert_goes_on(self.folder, True)
        self.assert_goes_on(self.folder / "missing.cdb", True)


class WrongOptions(Filter):
    CASES = (["--frob"], ["--delay=x"], ["--on-error=450"], ["--config", "/nonexistent"], ["--deadline=0"], ["junk"],
             ["--delay"], ["--ipv4cidr", "99"])

    def test_the_answer_is_the_fallback_and_the_complaint_names_what_was_expected(self):
        for wrong in self.CASES:
            answer = self.ask(request(), *wrong)
            self.assertEqual((answer.action, answer.status), ("DUNNO", 64), wrong)
            self.assertRegex(answer.stderr, rb"^greyonce: warning: .+\n$")

    def test_with_arguments_nobody_waits_for_standard_input(self):
        with running("--deadline=8", "--frob", "client_address=192.0.2.1", log="stderr", stderr=subprocess.PIPE) as child:
            began = time.monotonic()
            self.assertEqual(child.stdout.read(), b"action=DUNNO\n\n")
            self.assertEqual(child.wait(), 64)
            self.assertLess(time.monotonic() - began, 6)
            self.assertIn(b"frob", child.stderr.read())

    def test_the_fallback_is_the_one_that_was_asked_for(self):
        self.assertEqual(self.ask(request(), "--frob", "--on-error=450 wait").action, "450 wait")

    def test_under_inetd_not_one_byte_goes_out_beside_the_answer(self):
        for wrong in self.CASES:
            for log in "stderr", "syslog", "none":
                answer = ask(request(), "--state", self.state, "--log", log, *wrong, one_socket=True)
                self.assertEqual((answer.output, answer.status), (b"action=DUNNO\n\n", 64), wrong)

    def test_a_configuration_that_cannot_be_read_is_answered_for(self):
        for config in self.folder, self.folder / "missing":
            answer = ask(request(), "--config", config, "--log", "none")
            self.assertEqual((answer.action, answer.status), ("DUNNO", 64))


class Requests(Filter):
    def assert_malformed(self, question, reason, **how):
        answer = self.ask(question, "--log", "stderr", "--on-malformed=WARN malformed", "--on-error=WARN trouble", **how)
        self.assertEqual((answer.action, answer.status), ("WARN malformed", 74), reason)
        self.assertIn(f"malformed request: {reason}", answer.stderr.decode())
        self.assertEqual(answer.stderr.count(b"\n"), 1)
        self.assertLess(len(answer.stderr), 256)
        answer = self.ask(question, **how)
        self.assertEqual((answer.action, answer.status), (MALFORMED, 74), reason)

    def test_what_cannot_be_judged_waits(self):
        self.assert_malformed(b"", "it is empty")
        self.assert_malformed(b"\n", "no client_address attribute")
        self.assert_malformed(request(client_address=None), "no client_address attribute")
        self.assert_malformed(request(sender=None), "no sender attribute")
        self.assert_malformed(request(recipient=None), "no recipient attribute")
        self.assert_malformed(request(request="junk"), "request=junk")
        self.assert_malformed(request(client_address="300.1.1.1"), "client_address=300.1.1.1")
        self.assert_malformed(request(request="x" * 70_000), "request=xxx")
        self.assert_malformed(request(client_address="9" * 70_000), "client_address=999")
        self.assert_malformed(None, "a newline in an argument", args=["sender=a\nb"])
        self.assert_malformed(None, "no base64", args=["--base64=!"])

    def test_length_number_and_bytes_are_decided(self):
        for question in (request(helo_name="a\0b"), request(helo_name="x" * 20000), b"x=1\n" * 300 + block(request()),
                         block(request())[:-1] + b"x" * 70_000 + b"\n" * 2):
            answer = self.ask(question, "--log", "stderr")
            self.assertEqual((answer.action, answer.status), (GREYLISTED, 0))
            self.assertNotIn(b"warning", answer.stderr)

    def test_lines_of_100_megabytes_are_read_to_their_end_in_little_memory(self):
        def little_memory():
            resource.setrlimit(resource.RLIMIT_DATA, (2**22, 2**22))
        for begin, piece, end in ((b"helo_name=", b"x" * 10**6, b"\n"), (b"", b"x=1\n" * (10**6 // 4), b""),
                                  (b"", b"sender=alice@example.net\n" * (10**6 // 25), b"")):
            with running("--deadline=60", "--state", self.state, preexec_fn=little_memory) as child:
                for part in (begin, *[piece] * 100, end, block(request())):
                    child.stdin.write(part)
                child.stdin.close()
                self.assertEqual(child.stdout.read().decode(), f"action={GREYLISTED}\n\n")

    def test_of_a_stream_the_malformed_ones_have_a_line_a_minute(self):
        stream = (b"sender=\n\n" * 1000 + block(request())) * 3
        answer = self.ask(stream, "--until-eof", "--log", "stderr")
        self.assertEqual(answer.output.count(MALFORMED.encode()), 3000)
        self.assertEqual(answer.output.count(GREYLISTED.encode()), 3)
        lines = answer.stderr.decode().splitlines()
        self.assertEqual(len(lines), 5)
        self.assertEqual(lines[0], "greyonce: warning: malformed request: no client_address attribute: answering " + MALFORMED)
        self.assertEqual(lines[4], "greyonce: warning: malformed requests without a line: 2999")

    def test_without_a_time_the_request_clock_has_none(self):
        answer = self.ask(request(), "--clock", "request")
        self.assertEqual((answer.action, answer.status), (MALFORMED, 74))


LOGGED = {"log": "stderr", "stderr": subprocess.PIPE}


@contextlib.contextmanager
def running(*options, log="none", **popen):
    command = [GREYONCE, "--config", "/dev/null", "--log", log, *map(str, options)]
    with subprocess.Popen(command, **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE} | popen) as child:
        take_back = limited(child)
        try:
            yield child
        finally:
            take_back()
            child.kill()


def is_reading(child):
    """The child waits in read(2)."""
    with open(f"/proc/{child.pid}/syscall", encoding="ascii") as call:
        return call.read().startswith("0 ")


class Deadline(Filter):
    def assert_late(self, child, seconds, action=b"DUNNO"):
        began = time.monotonic()
        self.assertEqual(child.stdout.read(), b"action=" + action + b"\n\n")
        self.assertEqual(child.wait(), 74)
        took = time.monotonic() - began
        self.assertGreater(took, 0.5 * seconds)
        self.assertLess(took, seconds + 2.8)  # the default deadline of 4 seconds is no excuse for one of 1

    def test_a_writer_that_stalls_in_the_middle_of_a_line_is_answered(self):
        with running("--deadline=1", "--state", self.state, "--on-error=WARN late", **LOGGED) as child:
            child.stdin.write(b"request=smtpd_acc")
            child.stdin.flush()
            self.assert_late(child, 1, b"WARN late")
            self.assertEqual(child.stderr.read(), b"greyonce: warning: the deadline was reached: answering WARN late\n")

    def test_one_that_is_longer_than_the_default_is_waited_for(self):
        with running("--deadline=30", "--state", self.state) as child:
            child.stdin.write(block(request())[:50])
            child.stdin.flush()
            time.sleep(4.5)
            child.stdin.write(block(request())[50:])
            child.stdin.flush()
            self.assertEqual(child.stdout.read(), f"action={GREYLISTED}\n\n".encode())

    def test_wrong_options_do_not_wait_longer_for_the_request(self):
        with running("--deadline=1", "--frob") as child:
            self.assert_late(child, 1)

    def test_a_held_lock_is_waited_for_until_then_and_no_longer(self):
        self.ask(request())
        with open(self.state, "r+b") as state:
            lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            fcntl.fcntl(state, F_OFD_SETLK, lock)
            with running("--deadline=1", "--state", self.state, **LOGGED) as child:
                child.stdin.write(block(request()))
                child.stdin.close()
                self.assert_late(child, 1)
                self.assertEqual(child.stderr.read(), b"greyonce: warning: the deadline was reached: answering DUNNO\n")

    def test_a_configuration_that_hangs_is_answered_for(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        with subprocess.Popen([GREYONCE, "--config", fifo], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE) as child:
            self.addCleanup(limited(child))
            self.assert_late(child, 4)

    def test_it_is_off_while_the_next_request_is_awaited(self):
        with running("--deadline=1", "--state", self.state, "--until-eof") as child:
            time.sleep(1.5)
            child.stdin.write(block(request()))
            child.stdin.flush()
            self.assertEqual(child.stdout.readline(), f"action={GREYLISTED}\n".encode())
            child.stdin.close()
            self.assertEqual(child.wait(), 0)

    def test_streams_that_do_not_block_are_waited_for(self):
        question = block(request())
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.settimeout(PATIENCE)
            theirs.setblocking(False)
            with running("--state", self.state, "--until-eof", stdin=theirs, stdout=theirs) as child:
                for part in question[:30], question[30:]:
                    time.sleep(0.3)
                    ours.sendall(part)
                self.assertEqual(ours.recv(4096), f"action={GREYLISTED}\n\n".encode())
                ours.shutdown(socket.SHUT_WR)
                self.assertEqual(child.wait(), 0)

    def test_an_answer_waits_for_room_where_writing_does_not_block(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.settimeout(PATIENCE)
            theirs.setblocking(False)
            filled = self.fill(theirs)
            with running("--state", self.state, stdout=theirs) as child:
                child.stdin.write(block(request()))
                child.stdin.close()
                wait_until(self.state.exists, "the attempt to be remembered")
                time.sleep(0.3)
                theirs.close()
                self.assertEqual(read_to_end(ours)[filled:], f"action={GREYLISTED}\n\n".encode())
                self.assertEqual(child.wait(), 0)

    def test_it_holds_for_streams_that_do_not_block(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.setblocking(False)
            with running("--deadline=1", "--on-error=WARN late", stdin=theirs) as child:
                ours.sendall(block(request())[:40])
                self.assert_late(child, 1, b"WARN late")
            self.fill(theirs)
            with running("--deadline=1", "--state", self.state, stdout=theirs) as child:
                child.stdin.write(block(request()))
                child.stdin.close()
                self.assertEqual(child.wait(), 74)

    @staticmethod
    def fill(stream):
        filled = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                filled += stream.send(b"x" * 4096)
        return filled

    def test_it_begins_anew_with_each_request(self):
        whole = block(request())
        with running("--deadline=1", "--state", self.state, "--until-eof") as child:
            child.stdin.write(whole[:50])
            for _ in range(4):
                child.stdin.write(whole[50:] + whole + whole[:50])  # the next one's first part has come with the others
                child.stdin.flush()
                self.assertEqual(child.stdout.readline(), f"action={GREYLISTED}\n".encode())
                self.assertEqual(child.stdout.readline(), b"\n")
                self.assertEqual(child.stdout.readline(), f"action={GREYLISTED}\n".encode())
                self.assertEqual(child.stdout.readline(), b"\n")
                time.sleep(0.6)
            self.assert_late(child, 0.4)

    def test_a_reader_that_does_not_read_cannot_hold_it_up(self):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.setblocking(False)
            self.fill(theirs)
            theirs.setblocking(True)
            with running("--deadline=1", "--state", self.state, stdout=theirs, **LOGGED) as child:
                child.stdin.write(block(request()))
                child.stdin.close()
                self.assertEqual(child.wait(20), 74)
                lines = child.stderr.read().decode().splitlines()
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], "^greyonce: action=greylist, reason=new, ")
        self.assertEqual(lines[1], "greyonce: warning: the deadline was reached: the answer could not be written")


class Signals(Filter):
    FATAL = (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL, signal.SIGSYS,
             signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGXCPU)

    def test_a_fatal_signal_is_answered_and_ends_it_with_70(self):
        for number in self.FATAL:
            with running("--state", self.state, "--on-error=WARN died", **LOGGED) as child:
                wait_until(lambda child=child: is_reading(child), "the filter to read")
                child.send_signal(number)
                self.assertEqual(child.stdout.read(), b"action=WARN died\n\n", number)
                self.assertEqual(child.wait(), 70, number)
                name = number.name.removeprefix("SIG")
                self.assertEqual(child.stderr.read().decode(),
                                 f"greyonce: warning: ended by the signal {name}: answering WARN died\n")

    def test_signals_that_a_parent_blocked_still_work(self):
        def block_all():
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        with running("--deadline=1", preexec_fn=block_all) as child:
            self.assertEqual(child.stdout.read(), b"action=DUNNO\n\n")
            self.assertEqual(child.wait(), 74)

    def test_between_two_requests_nobody_is_told_anything(self):
        with running("--until-eof", "--state", self.state, **LOGGED) as child:
            wait_until(lambda: is_reading(child), "the filter to read")
            child.terminate()
            self.assertEqual(child.stdout.read(), b"")
            self.assertEqual(child.wait(), 70)
            self.assertEqual(child.stderr.read(), b"greyonce: warning: ended by the signal TERM\n")

    def test_where_the_log_is_nowhere_no_signal_is_told(self):
        with running("--state", self.state, stderr=subprocess.PIPE) as child:
            wait_until(lambda: is_reading(child), "the filter to read")
            child.terminate()
            self.assertEqual((child.wait(), child.stderr.read()), (70, b""))


class Output(Filter):
    def test_a_closed_stdout_is_trouble_and_the_attempt_is_remembered(self):
        question = block(request())
        command = [GREYONCE, "--config", "/dev/null", "--state", self.state, "--log", "none"]
        for closing in ">&-", ">&- <&0 2>&-":
            shell = subprocess.run(["sh", "-c", f'"$@" {closing}', "sh", *command], input=question, timeout=PATIENCE, check=False)
            self.assertEqual(shell.returncode, 74)
        self.assertEqual(self.state.read_bytes().count(b"\nT "), 1)
        self.assertNotIn(b"action=", self.state.read_bytes())

    def test_a_full_stdout_is_trouble(self):
        with open("/dev/full", "wb") as full:
            self.assert_told_at_once(stdout=full)

    def assert_told_at_once(self, **how):
        began = time.monotonic()
        done = subprocess.run([GREYONCE, "--config", "/dev/null", "--state", self.state, "--log", "stderr", "--deadline=8"],
                              input=block(request()), stderr=subprocess.PIPE, timeout=PATIENCE, check=False, **how)
        self.assertLess(time.monotonic() - began, 6)
        self.assertEqual(done.returncode, 74)
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], "^greyonce: action=greylist, reason=new, ")
        self.assertEqual(lines[1], "greyonce: warning: the answer could not be written")

    def test_a_reader_that_went_away_is_trouble(self):
        with running("--state", self.state) as child:
            child.stdout.close()
            child.stdin.write(block(request()))
            child.stdin.close()
            self.assertEqual(child.wait(), 74)
        ours, theirs = os.pipe()
        os.close(ours)
        with open(theirs, "wb") as nobody:
            self.state.unlink()
            self.assert_told_at_once(stdout=nobody)

    def test_a_stream_whose_reader_went_away_is_decided_no_further(self):
        stream = b"".join(block(request(sender=f"{chr(97 + i)}@example.net")) for i in range(20)) * 100
        with running("--until-eof", "--state", self.state, log="stderr", stderr=subprocess.PIPE) as child:
            child.stdout.close()
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(stream)
                child.stdin.flush()
            self.assertEqual(child.wait(), 74)
            lines = child.stderr.read().decode().splitlines()
            with contextlib.suppress(BrokenPipeError):
                child.stdin.close()
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], "reason=new, .*, sender=a@example.net, ")
        self.assertEqual(lines[1], "greyonce: warning: the answer could not be written")
        self.assertEqual(self.state.read_bytes().count(b"\nT "), 1)

    def test_a_caller_on_a_socket_has_the_end_of_the_answer_before_the_log_is_written(self):
        ours, theirs = socket.socketpair()
        read, write = os.pipe()
        os.set_blocking(write, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(write, b"x" * 4096)
        os.set_blocking(write, True)
        with ours, open(read, "rb") as log, open(write, "wb") as stuck:
            ours.settimeout(PATIENCE)
            with running("--deadline=15", "--state", self.state, log="stderr", stdin=theirs, stdout=theirs, stderr=stuck) as child:
                theirs.close()
                stuck.close()
                ours.sendall(block(request()))
                self.assertEqual(read_to_end(ours), f"action={GREYLISTED}\n\n".encode())
                self.assertIsNone(child.poll())
                self.assertIn(b"action=greylist", log.read())
                self.assertEqual(child.wait(), 0)

    def test_at_a_terminal_the_log_goes_to_it_too(self):
        ours, theirs = pty.openpty()
        with open(ours, "rb", buffering=0) as screen:
            with open(theirs, "wb") as terminal, running("--state", self.state, log="stderr", stdout=terminal,
                                                         stderr=terminal) as child:
                child.stdin.write(block(request()))
                child.stdin.close()
                self.assertEqual(child.wait(), 0)
            shown = b""
            with contextlib.suppress(OSError):  # EIO: its other end was closed
                while part := screen.read(4096):
                    shown += part
        self.assertIn(b"action=DEFER_IF_PERMIT", shown)
        self.assertIn(b"greyonce: action=greylist, reason=new", shown)

    def test_a_closed_stdin_is_a_request_that_is_malformed(self):
        shell = subprocess.run(["sh", "-c", '"$@" <&-', "sh", GREYONCE, "--config", "/dev/null", "--log", "none"],
                               capture_output=True, timeout=PATIENCE, check=False)
        self.assertEqual((shell.stdout, shell.returncode), (f"action={MALFORMED}\n\n".encode(), 74))

    def test_a_stdin_that_cannot_be_read_is_trouble_and_told_at_once(self):
        began = time.monotonic()
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            done = subprocess.run([GREYONCE, "--config", "/dev/null", "--log", "stderr", "--deadline=8"], stdin=folder,
                                  capture_output=True, timeout=PATIENCE, check=False)
        finally:
            os.close(folder)
        self.assertLess(time.monotonic() - began, 6)
        self.assertEqual((done.stdout, done.returncode), (b"action=DUNNO\n\n", 74))
        self.assertIn(b"warning: read standard input: Is a directory", done.stderr)


if __name__ == "__main__":
    unittest.main()
