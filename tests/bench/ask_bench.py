"""What one question to another policy server costs: a whole greyonce that asks, one that does not, and the question alone
over a connection that is open already. The server is a process of its own that answers DUNNO at once."""

import os
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import harness

ROUNDS = 2000
ANSWER = b"action=DUNNO\n\n"


def serve(listener):
    """Connection after connection, question after question."""
    while True:
        connection, _ = listener.accept()
        with connection:
            while connection.recv(65536):
                connection.sendall(ANSWER)


def started(listener):
    child = os.fork()
    if child == 0:
        serve(listener)
    return child


def direct(address):
    """Microseconds from question to answer: lower quartile, median, upper quartile."""
    question, times = harness.block(harness.request()), []
    with harness.connected(address) as connection:
        for _ in range(ROUNDS):
            begin = time.perf_counter_ns()
            connection.sendall(question)
            connection.recv(65536)
            times.append((time.perf_counter_ns() - begin) / 1000)
    return statistics.quantiles(times)


def main():
    with tempfile.TemporaryDirectory() as folder:
        question = Path(folder, "question")
        question.write_bytes(harness.block(harness.request()))
        bare = [harness.GREYONCE, "--config", "/dev/null", "--log=none", "--no-greylist"]
        command = [harness.PROGRAMS / "bench/spawn_bench", str(ROUNDS), question, *bare]
        listeners = {"unix": socket.socket(socket.AF_UNIX), "inet": socket.socket()}
        listeners["unix"].bind(f"{folder}/socket")
        listeners["inet"].bind((harness.LOOPBACK, 0))
        addresses = {"unix": f"{folder}/socket", "inet": listeners["inet"].getsockname()}
        servers = []
        try:
            for kind, listener in listeners.items():
                listener.listen()
                servers.append(started(listener))
                address = addresses[kind]
                where = f"unix:{address}" if kind == "unix" else "inet:{}:{}".format(*address)
                command += ["--", *bare, "--ask", where]
                low, middle, high = direct(address)
                print(f"{low:6.0f} {middle:6.0f} {high:6.0f} us  {kind}, an open connection (quartiles)", flush=True)
            print(subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, check=True).stdout)
        finally:
            for server in servers:
                os.kill(server, signal.SIGTERM)
                os.waitpid(server, 0)


if __name__ == "__main__":
    main()
