"""A policy server that does what a test says, well or badly."""

import socket
import threading

from harness import LOOPBACK, PATIENCE


def read_request(connection):
    """All that came up to the empty line."""
    request = b""
    while not request.endswith(b"\n\n") and (part := connection.recv(65536)):
        request += part
    return request


def answering(reply, after=lambda connection: connection.recv(1)):
    """Reads a request, sends `reply`, and keeps the connection open until the other side closes it, as servers do."""
    def behave(connection):
        request = read_request(connection)
        connection.sendall(reply.encode() if isinstance(reply, str) else reply)
        after(connection)
        return request
    return behave


def action(text, **how):
    return answering(f"action={text}\n\n", **how)


class Scripted:
    """Listens at `address`, a path or (by default) a TCP port; serves each connection by the next of `behaviours`, the
    last of them again and again. Asking for `requests`, what they returned, ends it."""

    def __init__(self, case, *behaviours, path=None, family=socket.AF_INET, host=LOOPBACK):
        self.behaviours = list(behaviours)
        self.returned = []
        self.connections = 0
        self.listener = socket.socket(socket.AF_UNIX if path else family)
        self.listener.bind(str(path) if path else (host, 0))
        self.listener.listen(50)
        if path:
            self.name = f"unix:{path}"
        else:
            self.port = self.listener.getsockname()[1]
            self.name = f"inet:[{host}]:{self.port}" if ":" in host else f"inet:{host}:{self.port}"
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()
        case.addCleanup(self.stop)

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            behave = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
            with connection:
                connection.settimeout(PATIENCE)
                try:
                    self.returned.append(behave(connection))
                except OSError:
                    pass

    @property
    def requests(self):
        self.stop()
        return self.returned

    def stop(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.thread.join()
