"""Debian's postgrey as a server on loopback: what it answers to a request."""

import shutil

from harness import LOOPBACK, PEERS, block, connected, free_port, is_listening


class Postgrey:
    """One connection to a postgrey of its own, with an empty database and whitelists, in `folder`."""

    def __init__(self, case, folder, *options, whitelists=("--whitelist-clients=/dev/null",
                                                           "--whitelist-recipients=/dev/null")):
        database = folder / "postgrey"
        database.mkdir(exist_ok=True)
        shutil.chown(database, "nobody", "nogroup")
        port = free_port()
        server = case.start([PEERS / "usr/sbin/postgrey", f"--inet={LOOPBACK}:{port}", f"--dbdir={database}",
                             "--user=nobody", "--group=nogroup", *whitelists, *options], log="postgrey.log")
        server.wait_for(lambda: is_listening((LOOPBACK, port)), "postgrey")
        self.connection = connected((LOOPBACK, port))
        self.stream = self.connection.makefile("rb")
        case.addCleanup(self.connection.close)
        case.addCleanup(self.stream.close)

    def ask(self, question):
        self.connection.sendall(block(question))
        action = self.stream.readline().decode()
        assert action.startswith("action=") and self.stream.readline() == b"\n", action
        return action[len("action="):-1]

    def ask_all(self, questions, at_once=16):
        """Their answers in order. Some are sent together, which is faster; of too many postgrey loses some."""
        actions = []
        for start in range(0, len(questions), at_once):
            some = questions[start:start + at_once]
            self.connection.sendall(b"".join(map(block, some)))
            for _ in some:
                answer = self.stream.readline() + self.stream.readline()
                assert answer.startswith(b"action=") and answer.endswith(b"\n\n"), answer
                actions.append(answer[len("action="):-2].decode())
        return actions
