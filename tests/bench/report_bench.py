"""greyreport over a gigabyte of log in each form: seconds, and peak memory, which must not grow without end with the log."""

import os
import statistics
import subprocess
import time

import harness
from bench import table, world
from report import traffic

SIZES = 1 << 28, 1 << 30  # bytes
MAILS = 100_000           # a day
ROUNDS = 3
OTHERS = [("postfix/smtpd", "connect from mx.firm.example[192.0.2.1]"), ("postfix/qmgr", "4XyZ12: from=<a@firm.example>, size=4711, nrcpt=1 (queue active)"),
          ("postfix/smtp", "4XyZ12: to=<b@example.org>, relay=mx.example.org[192.0.2.2]:25, delay=1.1, delays=0.1/0/0.5/0.5, dsn=2.0.0, status=sent")]


def days():
    """The filter's lines, day by day without end: the mails of some days, and then the same ones later."""
    made = [traffic.Traffic(MAILS, days=1, seed=seed, start=traffic.START).texts for seed in range(3)]
    day = 0
    while True:
        yield from ((at + day * 86400, text) for at, text in made[day % len(made)])
        day += 1


def of_a_server(at, program, text):
    """Among four lines of others, as in a mail server's log."""
    return "".join(traffic.rfc3339(at, *other) for other in (*OTHERS, OTHERS[0])) + traffic.rfc3339(at, program, text)


FORMS = {
    "times as Nov 21 20:53:45": traffic.classic,
    "RFC 3339": traffic.rfc3339,
    "RFC 3339, four of five lines are others'": of_a_server,
    "RFC 5424": traffic.rfc5424,
    "journalctl -o export": traffic.journal,
}


def write_log(path, written, size):
    done = 0
    with open(path, "w", encoding="utf-8") as log:
        for line in traffic.logged(days(), written, others=None):
            done += log.write(line)
            if done >= size:
                break
    end = time.time()
    os.utime(path, (end, end))


def run(path):
    """Seconds, seconds of a processor, and KiB at the peak."""
    begin = time.perf_counter()
    child = subprocess.Popen([harness.GREYREPORT, "--config", "/dev/null", path], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, path
    return time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss


def main():
    rows = []
    for name, written in FORMS.items():
        for size in SIZES:
            path = world.KEPT / "report.log"
            write_log(path, written, size)
            runs = [run(path) for _ in range(ROUNDS)]
            path.unlink()
            elapsed, busy, peaks = zip(*runs)
            rows.append([name, f"{size >> 20}", f"{statistics.median(elapsed):.1f}", f"{statistics.median(busy):.1f}",
                         f"{max(peaks) / 1024:.0f}"])
    table.show(f"greyreport ({ROUNDS} rounds)", ["log", "MiB", "seconds", "of a processor", "peak, MiB"], rows)


if __name__ == "__main__":
    main()
