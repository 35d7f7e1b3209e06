"""Commands below one strace, which takes ten times as long to start as the filter takes for a request."""

import os
import re
import shlex
import signal
import subprocess
import tempfile
from pathlib import Path

import harness

ENDED = re.compile(r"\d+ +\+\+\+ (?:exited with (\d+)|killed by (SIG\w+).*) \+\+\+")


def answers_with(injection, commands):
    """What each command, (words, standard input), said in its turn, with this fault in it. strace counts the calls of each
    process by itself."""
    name = injection.split(":")[0]
    answers, trace = run(commands, ["-e", f"trace={name}", "-e", f"inject={injection}"])
    hit = {line.split()[0] for line in trace if "(INJECTED)" in line or "+++ killed by" in line}
    if len(hit) != len(commands):
        raise AssertionError(f"{len(hit)} of {len(commands)} had the fault")
    return answers


def calls_before_the_program():
    """The names of the calls that a process makes before it becomes the program, whichever that is."""
    [_], trace = run([(["/bin/true"], b"")], [])
    names = [found[1] for line in trace if (found := re.match(r"\d+ +(\w+)\(", line))]
    return names[:names.index("execve")]


def run(commands, options):
    """What each said, and the trace of all of them."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder, "trace")
        files = [[Path(folder, f"{number}.{end}") for end in ("in", "out", "err")] for number in range(len(commands))]
        script = ["kill -STOP $$"]
        for (words, given), (source, output, errors) in zip(commands, files):
            source.write_bytes(given)
            # Of one that ran in the foreground the shell would tell that it was killed, by calls that a fault can be in.
            script.append(f"{shlex.join(map(str, words))} <{source} >{output} 2>{errors} & wait")
        with subprocess.Popen(["sh", "-c", "\n".join(script)], stderr=subprocess.DEVNULL, start_new_session=True) as shell:
            try:
                os.waitid(os.P_PID, shell.pid, os.WSTOPPED)
                follow(shell, trace, options)
            finally:
                os.killpg(shell.pid, signal.SIGKILL)
        lines = [line for line in trace.read_text().splitlines() if line.split()[0] != str(shell.pid)]
        ended = [status(*found.groups()) for line in lines if (found := ENDED.match(line))]
        if len(ended) != len(commands):
            raise AssertionError(f"{len(ended)} of {len(commands)} came to their end")
        return [harness.Answer(output.read_bytes(), how, errors.read_bytes())
                for how, (_, output, errors) in zip(ended, files)], lines


def follow(shell, trace, options):
    """Lets the stopped shell go on below strace, to its end."""
    command = ["strace", "-f", "-q", "-o", trace, *options, "-p", str(shell.pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as strace:
        try:
            harness.wait_until(lambda: strace.poll() is not None or is_traced(shell), "strace")
            shell.send_signal(signal.SIGCONT)
            _, complaints = strace.communicate(timeout=60)
        finally:
            strace.kill()
    if strace.returncode != 0:
        raise AssertionError(complaints.decode())


def is_traced(process):
    return "TracerPid:\t0\n" not in Path(f"/proc/{process.pid}/status").read_text()


def status(exited, killed):
    """As subprocess tells it."""
    return int(exited) if exited else -signal.Signals[killed]
