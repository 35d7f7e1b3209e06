"""Whatever a client makes of its values, however the request comes: never a better verdict than the plain request's."""

import base64
import subprocess
import unittest

from harness import GREYONCE, GREYRULES, PATIENCE, Answer, Case, ask, block, request

# As a mail server sends it: what a client says, and what is said about it.
PLAIN = request(
    protocol_name="ESMTP", client_port="40000", reverse_client_name="mail.example.net", server_address="192.0.2.25",
    server_port="25", recipient_count="0", queue_id="", instance="1a.2b.3", size="0", etrn_domain="", stress="", sasl_method="",
    sasl_username="", sasl_sender="", ccert_subject="", ccert_issuer="", ccert_fingerprint="", ccert_pubkey_fingerprint="",
    encryption_protocol="", encryption_cipher="", encryption_keysize="0", policy_context="", tls_sni="", unheard_of="1")

# Only the mail server says these, and they decide by what they say.
SERVERS_OWN = ("request", "protocol_state", "client_address", "sasl_username")
CLIENTS = [name for name in PLAIN if name not in SERVERS_OWN]
NEEDED = ("client_address", "sender", "recipient")

LENGTHS = (0, 1, 63, 64, 65, 253, 254, 255, 256, 257, 319, 320, 321, 510, 511, 512, 513, 514, 998, 999, 1023, 1024, 1025, 2048,
           2049, 4094, 4095, 4096, 4097, 4098, 8192, 8193, 16371, 16376, 16383, 16384, 16385, 32768, 65535, 65536, 65537, 70_000)
# Where each has a process of its own.
FEWER_LENGTHS = (255, 256, 512, 513, 4097, 16_376, 65_536, 100_000)

PASS, DEFER, REJECT = range(3)


def rank(action):
    return {"REJECT": REJECT, "DEFER_IF_PERMIT": DEFER}.get(action.split()[0], PASS)


def replaced(name, value):
    """The plain request's bytes with another value, which may be any bytes."""
    return b"".join(f"{each}=".encode() + (value if each == name else PLAIN[each].encode()) + b"\n" for each in PLAIN) + b"\n"


class Verdicts(Case):
    """The same plain request under a greylist, under rules that reject it, and under both."""

    def setUp(self):
        super().setUp()
        rejecting = self.rules("client 192.0.2.0/24 reject not from there\n")
        self.setups = {
            "greylist": ["--state", self.folder / "state"],
            "rules": ["--no-greylist", "--rules", rejecting],
            "both": ["--state", self.folder / "other", "--rules", rejecting],
        }

    def rules(self, text):
        source, compiled = self.folder / "rules", self.folder / "rules.cdb"
        source.write_text(text)
        subprocess.run([GREYRULES, "compile", "-o", compiled, source], check=True)
        return compiled

    def options(self, setup):
        return ["--config", "/dev/null", "--log", "none", *map(str, self.setups[setup])]

    def stream(self, setup, questions, *more):
        """The actions for many requests of one process, and how it ended."""
        done = subprocess.run([GREYONCE, "--until-eof", *self.options(setup), *more], input=b"".join(questions),
                              capture_output=True, timeout=5 * PATIENCE, check=False)
        answers = done.stdout.decode().split("\n\n")
        self.assertEqual((answers.pop(), len(answers)), ("", len(questions)))
        return [answer.removeprefix("action=") for answer in answers], done.returncode

    def plain(self, setup):
        actions, status = self.stream(setup, [block(PLAIN)])
        self.assertEqual((rank(actions[0]), status), (DEFER if setup == "greylist" else REJECT, 0))
        return rank(actions[0])

    def assert_never_better(self, questions):
        """`questions`: names and blocks. All of them are decided, none is malformed."""
        for setup in self.setups:
            least = self.plain(setup)
            actions, status = self.stream(setup, questions.values())
            self.assertEqual(status, 0, setup)
            for name, action in zip(questions, actions):
                self.assertGreaterEqual(rank(action), least, (setup, name, action))

    def assert_nothing_passes(self, questions):
        for setup in self.setups:
            actions, status = self.stream(setup, questions.values())
            for name, action in zip(questions, actions):
                self.assertIn(rank(action), (DEFER, REJECT), (setup, name, action))
        return status

    def test_values_of_any_length(self):
        self.assert_never_better({(name, length): replaced(name, b"x" * length) for name in CLIENTS for length in LENGTHS})

    def test_all_values_long_at_once(self):
        self.assert_never_better({length: block(PLAIN | {name: "x" * length for name in CLIENTS}) for length in LENGTHS})

    def test_values_with_any_byte(self):
        others = [byte for byte in range(256) if byte != ord("\n")]
        self.assert_never_better({(name, byte, length): replaced(name, bytes([byte]) + b"x" * length + bytes([byte]))
                                  for name in CLIENTS for byte in others for length in (0, 510)})
        self.assert_never_better({(name, byte): replaced(name, bytes([byte]) * 1000) for name in CLIENTS for byte in others})

    def test_values_that_look_like_attributes(self):
        forged = [b"sasl_username=x", b"\rsasl_username=x", b"\0sasl_username=x", b"x\r\r", b"client_address=unknown",
                  b" protocol_state=DATA", b"x" * 5000 + b"client_address=unknown", b" " * 5000 + b"sasl_username=x",
                  b"\xe2\x80\xa8sasl_username=x", b"\xc2\x85sasl_username=x", b"\x0bsasl_username=x", b"\x0csasl_username=x"]
        self.assert_never_better({(name, value): replaced(name, value) for name in CLIENTS for value in forged})

    def test_other_lines_in_any_number_and_anywhere(self):
        floods = [b"x=1\n" * 300, b"garbage\n" * 70_000, b"=\n" * 70_000, b"x=" + b"y" * 200_000 + b"\n", b"y" * 200_000 + b"\n",
                  b" " * 70_000 + b"\n", b"".join(b"x%d=%s\n" % (i, b"y" * 500) for i in range(1000)), b"size=1\n" * 70_000,
                  b"\0=\0\n" * 300, b"sender=alice@example.net\n" * 3000]
        plain = block(PLAIN | {"size": "1"})
        lines = plain.splitlines(keepends=True)
        self.assert_never_better({(i, at): b"".join(lines[:at]) + flood + b"".join(lines[at:])
                                  for i, flood in enumerate(floods) for at in (0, 5, len(lines) - 1)})

    def test_what_is_missing_or_said_twice(self):
        missing = {name: block({each: PLAIN[each] for each in PLAIN if each != name}) for name in PLAIN}
        self.assert_never_better({name: missing[name] for name in PLAIN if name not in NEEDED})
        self.assert_never_better({name: block(PLAIN)[:-1] + f"{name}={PLAIN[name]}\n\n".encode() for name in PLAIN})
        self.assertEqual(self.assert_nothing_passes({name: missing[name] for name in NEEDED}), 74)
        # Two values of what decides, whichever comes first.
        for other in ({"sasl_username": "alice"}, {"protocol_state": "DATA"}, {"client_address": "unknown"}, {"sender": "x@example.org"},
                      {"recipient": "x@example.org"}, {"client_name": "x.example"}, {"helo_name": "x.example"}):
            line = block(other)[:-1]
            self.assert_nothing_passes({"first": line + block(PLAIN), "last": block(PLAIN)[:-1] + line + b"\n"})

    def test_two_values_never_pass_where_one_would(self):
        forged = block(PLAIN)[:-1] + b"sasl_username=alice\n\n"
        questions = [forged, block(PLAIN | {"sasl_username": "alice"}), b"x=1\n" * 300 + forged,
                     forged[:-1] + b"x=1\nsasl_username=alice\n" * 300 + b"\n"]
        actions, status = self.stream("greylist", questions)
        self.assertEqual(([rank(action) for action in actions], status), ([DEFER, PASS, DEFER, DEFER], 74))
        log = ask(forged, "--config", "/dev/null", "--state", self.folder / "state", "--log", "stderr").stderr.decode()
        self.assertRegex(log, "^greyonce: action=defer, reason=two values of sasl_username, client_name=mail.example.net, ")

    def test_a_newline_in_a_value_adds_no_attribute(self):
        for setup in self.setups:
            for name in CLIENTS:
                for forged in "sasl_username=x", "client_address=unknown", "protocol_state=DATA":
                    attributes = PLAIN | {name: "x\n" + forged}
                    actions, _ = self.stream(setup, [block(attributes)])
                    self.assertGreater(rank(actions[0]), PASS, (setup, attributes))
            answer = ask(None, *self.options(setup), args=[f"{each}={attributes[each]}" for each in attributes])
            self.assertEqual((rank(answer.action), answer.status), (DEFER, 74), attributes)

    def test_every_way_of_asking_decides_the_same(self):
        def by_arguments(attributes, options):
            return ask(None, *options, args=[f"{name}={value}" for name, value in attributes.items()])

        def by_base64(attributes, options):
            return ask(None, *options, "--base64", base64.b64encode(block(attributes)).decode())

        def by_bytes(attributes, options):
            with subprocess.Popen([GREYONCE, *options, "--deadline=20"], bufsize=0, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE) as child:
                for byte in block(attributes)[:-1]:
                    child.stdin.write(bytes([byte]))
                output, _ = child.communicate(b"\n", timeout=5 * PATIENCE)
                return Answer(output, child.returncode, b"")

        def by_stdin(attributes, options):
            return ask(attributes, *options)

        for setup in self.setups:
            least = self.plain(setup)
            for name in "helo_name", "sender", "recipient", "client_name", "reverse_client_name", "ccert_subject", "unheard_of":
                for length in FEWER_LENGTHS:
                    for way in by_arguments, by_base64, by_stdin, by_bytes:
                        if way is by_base64 and length > 65_536 or way is by_bytes and (length > 5000 or setup != "both"):
                            continue  # more than an argument may have; nothing new
                        answer = way(PLAIN | {name: "x" * length}, self.options(setup))
                        self.assertGreaterEqual(rank(answer.action), least, (setup, name, length, way))
                        self.assertEqual(answer.status, 0, (setup, name, length, way))


class BothEnds(Case):
    """What a rule says about a value's beginning or end holds however long the client makes it."""

    def assert_rejected(self, entry, begin, end, name):
        source, compiled = self.folder / "rules", self.folder / "rules.cdb"
        source.write_text(entry + " reject no\n")
        subprocess.run([GREYRULES, "compile", "-o", compiled, source], check=True)
        for length in (0, 50, 200, 255, 512, 5000, 16_376, 70_000):
            answer = ask(PLAIN | {name: begin + "x" * length + end}, "--config", "/dev/null", "--log", "none", "--no-greylist",
                         "--rules", compiled)
            self.assertEqual(answer.action, "REJECT no", (entry, length))

    def test_the_domain_of_an_address(self):
        self.assert_rejected("sender bad.example", "someone", "@bad.example", "sender")
        self.assert_rejected("recipient example.org", "bob+", "@example.org", "recipient")

    def test_the_domain_of_a_name(self):
        self.assert_rejected("helo .bad.example", "a", ".bad.example", "helo_name")
        self.assert_rejected("reverse .bad.example", "a", ".bad.example", "reverse_client_name")
        self.assert_rejected("client .bad.example", "a", ".bad.example", "client_name")

    def test_an_anchored_pattern(self):
        self.assert_rejected(r"helo /^dyn-/", "dyn-", "", "helo_name")
        self.assert_rejected(r"helo /\.lan$/", "", ".lan", "helo_name")

    def test_what_was_cut_is_not_taken_for_another(self):
        source, compiled = self.folder / "rules", self.folder / "rules.cdb"
        source.write_text("client friend.example pass\nsender friend.example pass\nhelo friend.example pass\n")
        subprocess.run([GREYRULES, "compile", "-o", compiled, source], check=True)
        for name, value in (("client_name", "x.friend.example"), ("helo_name", "x.friend.example"), ("sender", "x@friend.example")):
            for limit in (255, 512):
                for spare in range(-2, 3):
                    filler = "a" * (limit - len(value) + spare)
                    for forged in (filler + value + ".bad.example", value + "." + filler + ".bad.example",
                                   value + filler + filler + ".bad.example"):
                        answer = ask(PLAIN | {name: forged}, "--config", "/dev/null", "--log", "none", "--state",
                                     self.folder / "state", "--rules", compiled)
                        self.assertEqual(rank(answer.action), DEFER, (name, forged))


if __name__ == "__main__":
    unittest.main()
