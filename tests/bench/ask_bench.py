"""What one question to another policy server costs: a whole greyonce that asks, beside one that does not, and the question
alone over a connection that is open already. The server is a process of its own that answers DUNNO at once."""

import os
import signal
import socket
import statistics
import tempfile
import time
from pathlib import Path

import harness
from bench import processes, table
from bench.processes import Party

ROUNDS = 1000
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


def microseconds(address):
    """From question to answer, over one connection."""
    question, times = harness.block(harness.request()), []
    with harness.connected(address) as connection:
        for _ in range(ROUNDS):
            begin = time.perf_counter_ns()
            connection.sendall(question)
            connection.recv(65536)
            times.append((time.perf_counter_ns() - begin) / 1000)
    return statistics.median(times)


def measure(folder, addresses):
    question = folder / "question"
    question.write_bytes(harness.block(harness.request()))
    command = [harness.GREYONCE, "--config", "/dev/null", "--log=none", "--no-greylist"]
    parties = {"nobody": Party(command, question)} | {
        name: Party([*command, "--ask", where], question) for name, (where, _) in addresses.items()}
    runs = processes.in_turns(ROUNDS, parties)
    table.show(f"A question to another server, no greylist; {ROUNDS} rounds in turns (quartiles)",
               ["asked", "µs", "in terms of asking nobody", "over an open connection, µs"],
               [[name, run.time, run.ratio,
                 f"{microseconds(addresses[name][1]):.0f}" if name in addresses else ""] for name, run in runs.items()])


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        unix, tcp = socket.socket(socket.AF_UNIX), socket.socket()
        unix.bind(f"{folder}/socket")
        tcp.bind((harness.LOOPBACK, 0))
        servers = []
        try:
            for listener in unix, tcp:
                listener.listen()
                servers.append(started(listener))
            host, port = tcp.getsockname()
            measure(folder, {"a unix socket": (f"unix:{folder}/socket", f"{folder}/socket"),
                             "TCP": (f"inet:{host}:{port}", (host, port))})
        finally:
            for server in servers:
                os.kill(server, signal.SIGTERM)
                os.waitpid(server, 0)


if __name__ == "__main__":
    main()
