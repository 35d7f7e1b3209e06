#!/usr/bin/python3
"""Runs one command, and ends what it leaves behind: reap.py SECONDS COMMAND...

The kernel hands it each process whose parent has died, those in a session of their own too. The command's exit status is
passed on; LATE where it had to be stopped, LEFT where it was content but processes outlived it, which are named.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

LATE, LEFT = 124, 125
GRACE = 5  # seconds: who was told to end may still be about it

PR_SET_CHILD_SUBREAPER = 36


def adopt():
    """From now on the kernel hands us the orphans among our descendants."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl: PR_SET_CHILD_SUBREAPER")


def children():
    return [int(number) for number in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()]


def reap_the_dead():
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        pass


def name_of(process):
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return f"{process} {words or Path(f'/proc/{process}/comm').read_text(encoding='utf-8').strip()}"
    except OSError:
        return str(process)


def living_after(seconds):
    """The children that are still there."""
    end = time.monotonic() + seconds
    while True:
        reap_the_dead()
        living = children()
        if not living or time.monotonic() > end:
            return living
        time.sleep(0.02)


def end_all():
    """Until there are none: the children of who is ended come to us."""
    while living := living_after(0):
        for process in living:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)


def run(seconds, command):
    with subprocess.Popen(command) as started:
        try:
            status = started.wait(seconds)
        except subprocess.TimeoutExpired:
            print(f"\nstopped after {seconds} s", flush=True)
            started.kill()
            status = LATE
    left = living_after(0 if status == LATE else GRACE)
    for process in left:
        print(f"left behind: {name_of(process)}", flush=True)
    end_all()
    return status or (LEFT if left else 0)


def main():
    adopt()
    for number in (signal.SIGINT, signal.SIGQUIT):  # ignored where a shell started us in the background, and so in all below
        signal.signal(number, signal.SIG_DFL)
    status = run(float(sys.argv[1]), sys.argv[2:])
    if status < 0:  # by a signal: in a shell's words, so that it is no 0
        status = 128 - status
    sys.exit(status)


if __name__ == "__main__":
    main()
