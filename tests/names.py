"""A name server for the clients of the tests, on a loopback address of its own; every other name does not exist."""

import ipaddress
import os
import socket
import struct
import threading

# Addresses and their names; the last one's name does not point back. Loopback, which the tests connect from, has one too:
# else Exim would log that it has none, and have its log open before anything is asked.
HOSTS = {"127.0.0.1": "localhost.example.net", "192.0.2.1": "mail.example.net", "192.0.2.2": "mx.friend.example.com",
         "2001:db8::1": "six.example.net"}
CLAIMS = {"192.0.2.9": "forged.example.com"}

A, PTR, AAAA = 1, 12, 28
NO_SUCH_NAME = 3


def encoded(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


class NameServer:
    def __init__(self):
        self.answers = {}
        self.questions = []  # names and types, as they came
        for address, name in HOSTS.items():
            address = ipaddress.ip_address(address)
            kind = A if address.version == 4 else AAAA
            self.answers.setdefault((name, kind), []).append(address.packed)
        for address, name in (HOSTS | CLAIMS).items():
            self.answers.setdefault((ipaddress.ip_address(address).reverse_pointer, PTR), []).append(encoded(name))
        self.names = {name for name, _ in self.answers}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.address = "127.{}.{}.{}".format(*(1 + byte % 254 for byte in os.urandom(3)))
        self.socket.bind((self.address, 53))
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def seen_by(self, command, folder):
        """`command` in a mount namespace whose /etc/resolv.conf names this server and no other. Needs root."""
        resolver = folder / "resolv.conf"
        resolver.write_text(f"nameserver {self.address}\noptions timeout:2\n")
        return ["unshare", "--mount", "sh", "-c", f'mount --bind {resolver} /etc/resolv.conf && exec "$@"', "sh", *command]

    def serve(self):
        while question := self.socket.recvfrom(512):
            if question[1][0] == self.address and question[0] == b"":
                return
            self.socket.sendto(self.answer(question[0]), question[1])

    def answer(self, packet):
        end = packet.index(b"\0", 12)
        labels, at = [], 12
        while at < end:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode(errors="replace").lower())
            at += 1 + packet[at]
        name, kind = ".".join(labels), struct.unpack("!H", packet[end + 1:end + 3])[0]
        self.questions.append((name, kind))
        found = self.answers.get((name, kind), [])
        status = 0 if name in self.names else NO_SUCH_NAME
        header = packet[:2] + struct.pack("!HHHHH", 0x8580 | status, 1, len(found), 0, 0)
        records = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data for data in found)
        return header + packet[12:end + 5] + records

    def stop(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as farewell:
            farewell.bind((self.address, 0))
            farewell.sendto(b"", (self.address, 53))
        self.thread.join()
        self.socket.close()
