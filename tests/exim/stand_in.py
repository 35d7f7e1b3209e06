"""A server in the filter's place, on a socket of either kind, that behaves as it is told, for each connection anew."""

import os
import socket
import threading
from pathlib import Path

# What a server may be told to do with a connection; a text is the answer it gives once it has read the request.
SILENT, CLOSES_AT_ONCE, CLOSES_AFTER_READING = object(), object(), object()
ANSWERS = {"half_an_answer": "action=DEF", "garbage": "\x7fELF\x02\x01\x01 action=REJECT\n", "nothing": ""}


class StandIn:
    """`address` is a path or (host, port). `does` may be changed at any time, or be a list: one thing a connection."""

    def __init__(self, address, does, backlog=128):
        self.does, self.requests, self.held = does, [], []
        family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_UNIX:
            Path(address).parent.mkdir(exist_ok=True)
            Path(address).unlink(missing_ok=True)
        self.socket.bind(address if family == socket.AF_INET else str(address))
        if family == socket.AF_UNIX:
            os.chmod(address, 0o666)
        if backlog is not None:
            self.socket.listen(backlog)
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            does = self.does.pop(0) if isinstance(self.does, list) else self.does
            if does is CLOSES_AT_ONCE:
                self.requests.append(None)
                connection.close()
            else:
                threading.Thread(target=self.talk, args=(connection, does), daemon=True).start()

    def talk(self, connection, does):
        request = b""
        while not request.endswith(b"\n\n") and (part := connection.recv(65536)):
            request += part
        if not request:
            return connection.close()
        self.requests.append(request)
        if does is SILENT:
            return self.held.append(connection)
        if does is not CLOSES_AFTER_READING:
            connection.sendall(does.encode())
        return connection.close()

    def stop(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        for connection in self.held:
            connection.close()
        if self.thread.is_alive():
            self.thread.join()
