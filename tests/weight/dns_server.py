"""A nameserver on loopback for the tests: answers from a table, and misbehaves where it is told to.

The table is a dict from a name (lower case, no final dot, labels as in a zone file) to a dict from a type ("A", "AAAA",
"MX", "PTR", "CNAME", or "*" for any) to a list of data or one of the behaviours below. A name that is not in it does
not exist, one without the type has no data. A name `*.parent` answers for what is below.
"""

import ipaddress
import socket
import socketserver
import struct
import threading
import time

TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "MX": 15, "AAAA": 28}
NUMBERS = {number: name for name, number in TYPES.items()}

# What may stand in place of data.
SILENT = "silent"  # no answer at all
SERVFAIL = "servfail"
REFUSED = "refused"
FORGED = "forged"  # answers, but to another question
STRANGE_ID = "strange id"  # answers with another id
TRUNCATED = "truncated"  # nothing over UDP, the data over TCP: ("truncated", data)
GARBAGE = "garbage"
LOOP = "loop"  # an alias of itself
DOUBLED = "doubled"  # an answer that is cut off, and at once another that wants the question in another form
LATE = "late"  # after two seconds
CODES = {SERVFAIL: 2, REFUSED: 5}


def labels_of(name):
    """The labels of a name as in a zone file: `\\.` and `\\032` are bytes of a label."""
    labels, label, i = [], bytearray(), 0
    raw = name.encode("latin-1")
    while i < len(raw):
        if raw[i:i + 1] == b"\\" and raw[i + 1:i + 4].isdigit():
            label.append(int(raw[i + 1:i + 4]))
            i += 4
        elif raw[i:i + 1] == b"\\":
            label.append(raw[i + 1])
            i += 2
        elif raw[i:i + 1] == b".":
            labels.append(bytes(label))
            label = bytearray()
            i += 1
        else:
            label.append(raw[i])
            i += 1
    if label:
        labels.append(bytes(label))
    return labels


def wire_name(name):
    return b"".join(bytes([len(label)]) + label for label in labels_of(name)) + b"\0"


def read_question(message):
    """The name, in lower case, the type's number, and the question's bytes."""
    labels, place = [], 12
    while message[place]:
        labels.append(message[place + 1:place + 1 + message[place]])
        place += 1 + message[place]
    name = ".".join(label.replace(b"\\", b"\\\\").replace(b".", b"\\.").decode("latin-1") for label in labels)
    return name.lower(), struct.unpack_from("!H", message, place + 1)[0], message[12:place + 5]


def wire_data(kind, datum):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(datum).packed
    if kind == "MX":
        preference, host = datum if isinstance(datum, tuple) else (10, datum)
        return struct.pack("!H", preference) + wire_name(host)
    return wire_name(datum)


class Nameserver:
    """Serves on `address`:`port`, UDP and TCP, until it is left. `asked` holds (name, type), in order."""

    def __init__(self, table, address="127.0.0.1", port=0, delay=0.0):
        self.table = table
        self.delay = delay
        self.asked = []
        self.heads = []  # the first twelve bytes of each
        self.waves = []  # when each question came
        for _ in range(20):
            try:
                self._bind(address, port)
                break
            except OSError:  # the number that UDP was given may be in use by TCP
                self.udp.server_close()
                if port:
                    raise

    def _bind(self, address, port):
        self.udp = socketserver.ThreadingUDPServer((address, port), self._handler(self._udp), bind_and_activate=False)
        self.udp.daemon_threads = True
        self.udp.max_packet_size = 65535
        self.udp.server_bind()
        self.address, self.port = self.udp.server_address
        self.tcp = socketserver.ThreadingTCPServer((address, self.port), self._handler(self._tcp), bind_and_activate=False)
        self.tcp.allow_reuse_address = True
        self.tcp.daemon_threads = True
        self.tcp.server_bind()
        self.tcp.server_activate()

    @property
    def name(self):
        return f"{self.address}:{self.port}"

    def __enter__(self):
        for server in (self.udp, self.tcp):
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in (self.udp, self.tcp):
            server.shutdown()
            server.server_close()

    def questions(self):
        """How many have come, once no more do: who has its answer may have left others on their way."""
        count = -1
        while count != len(self.asked):
            count = len(self.asked)
            time.sleep(0.05)
        return count

    @staticmethod
    def _handler(function):
        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                function(self.request, self.client_address)
        return Handler

    def _udp(self, request, client):
        message, sock = request
        for reply in self._replies(message, over_tcp=False):
            sock.sendto(reply, client)

    def _tcp(self, sock, _):
        sock.settimeout(5)
        try:
            while length := sock.recv(2):
                message = sock.recv(struct.unpack("!H", length)[0])
                for reply in self._replies(message, over_tcp=True):
                    sock.sendall(struct.pack("!H", len(reply)) + reply)
        except OSError:
            pass

    def find(self, name, kind):
        """The data of a name: a list, a behaviour, or None where it does not exist."""
        types = self.table.get(name)
        parent = name
        while types is None and "." in parent:
            parent = parent.split(".", 1)[1]
            types = self.table.get("*." + parent)
            if parent in self.table:
                break
        if types is None:
            return None
        return types.get(kind, types.get("*", []))

    def _records(self, name, kind):
        """The records to answer with, aliases followed, and whether the last name exists."""
        records = []
        for _ in range(10):
            data = self.find(name, kind)
            if data is None:
                return records, False
            alias = self.find(name, "CNAME") if kind != "CNAME" else []
            if not isinstance(alias, list) or not alias or data:
                return records + [(name, kind, datum) for datum in data], True
            records.append((name, "CNAME", alias[0]))
            name = alias[0].lower()
        return records, True

    def _replies(self, message, over_tcp):
        if len(message) < 17:
            return
        name, number, question = read_question(message)
        kind = NUMBERS.get(number, "?")
        self.asked.append((name, kind))
        self.heads.append(message[:12])
        self.waves.append(time.monotonic())
        if self.delay:
            time.sleep(self.delay)
        identity = message[:2]
        data = self.find(name, kind)
        if data == SILENT:
            return
        if data == DOUBLED:
            yield self._message(identity, question, [], truncated=not over_tcp)
            yield self._message(identity, question, [], code=1)
            return
        if data == LATE:
            time.sleep(2)
            yield self._message(identity, question, [], code=3)
            return
        if data == GARBAGE:
            yield identity + bytes(range(7))
            return
        if data == STRANGE_ID:
            yield self._message(bytes([identity[0] ^ 0x55, identity[1]]), question, [(name, kind, "127.0.0.2")])
            return
        if data == FORGED:
            yield self._message(identity, wire_name("another.example") + question[-4:], [(name, kind, "127.0.0.2")])
            return
        if isinstance(data, str) and data in CODES:
            yield self._message(identity, question, [], code=CODES[data])
            return
        if data == LOOP:
            yield self._message(identity, question, [(name, "CNAME", name)])
            return
        if isinstance(data, tuple) and data[0] == TRUNCATED:
            records = [(name, kind, datum) for datum in data[1]] if over_tcp else []
            yield self._message(identity, question, records, truncated=not over_tcp)
            return
        records, exists = self._records(name, kind)
        reply = self._message(identity, question, records, code=0 if exists else 3)
        if len(reply) > 512 and not over_tcp:
            reply = self._message(identity, question, [], truncated=True)
        yield reply

    @staticmethod
    def _message(identity, question, records, code=0, truncated=False):
        flags = 0x8580 | code | (0x0200 if truncated else 0)
        body = b""
        for name, kind, datum in records:
            data = wire_data(kind, datum)
            body += wire_name(name) + struct.pack("!HHIH", TYPES[kind], 1, 60, len(data)) + data
        return identity + struct.pack("!HHHHH", flags, 1, len(records), 0, 0) + question + body
