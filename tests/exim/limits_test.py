"""Everything that an SMTP client, or its DNS, can make long: around every limit it is cut, and decided on as the plain one.

Two proofs for each way of asking: what arrives (a recorder stands in the filter's place), and the reply, which is never
better than the plain request's: with the greylist, and with a rule that refuses the plain request.
"""

import re
import shutil
import ssl
import subprocess
import unittest

import harness
from exim.daemon import EXIM, PIECES, SERVERS, WAYS
from exim.recorder import NAME, RecordingCase, cut

VALUE, LINE = 512, 16384  # bytes: of what is no name; of a command line with its CRLF, which is Exim's limit

# A byte of each class, as it stands in a HELO name and unquoted in a local part.
LETTERS = ["a", "%", "#", "é", "="]


def around(*limits):
    return [length for limit in limits for length in range(limit - 2, limit + 3)]


HELO_LENGTHS = [1, 63, 64, *around(128, NAME, VALUE, 1000, 1024, 2048, 4096, 8192), *around(LINE - len("EHLO "))]
LOCAL_LENGTHS = [1, *around(64, 128, 243, NAME, VALUE), 1000, 2048, 8000]  # above, Exim hangs up


def of_bytes(letter, length):
    """So many bytes; what a letter of two bytes leaves over is an `x`."""
    size = len(letter.encode())
    return letter * (length // size) + "x" * (length % size)


class LongCase(RecordingCase):
    def reply(self, smtp, sender="alice@example.net", recipient="bob@example.org"):
        """The reply to the first command that is refused, or to the last: after DATA for the null sender."""
        smtp.command("RSET")
        utf8 = "" if (sender + recipient).isascii() else " SMTPUTF8"
        for command in (f"MAIL FROM:<{sender}>{utf8}", f"RCPT TO:<{recipient}>"):
            if (code := self.said(smtp, command)) != 250:
                return code
        return code if sender else smtp.data().code

    def said(self, smtp, line):
        """The reply's code. Of a line that is too long Exim reads the rest as another command."""
        codes = [smtp.command(line).code]
        if len(line.encode()) >= LINE:
            codes.append(smtp.reply().code)
            self.assertEqual(codes, [500, 500])
        return codes[0]

    def greeted(self, name):
        """A connection that has said this, and whether Exim took it."""
        smtp = self.smtp(helo=None)
        return smtp, self.said(smtp, f"EHLO {name}") == 250

    def assert_replies(self, verdict, names, verb="EHLO"):
        """The reply to a mail from each of these names is the verdict. They are said one after the other in one connection;
        those that are so long that Exim may refuse them have one each."""
        with self.smtp(helo=None) as several:
            for name in names:
                is_short = len(name.encode()) < LINE - 100
                smtp = several if is_short else self.smtp(helo=None)
                taken = self.said(smtp, f"{verb} {name}") == 250
                self.assertTrue(taken or not is_short, "or the name before would be the one that is decided on")
                self.assertEqual(self.reply(smtp), verdict if taken else 503, (verb, len(name), name[:20]))
                if not is_short:
                    smtp.close()

    def mailboxes(self):
        for length in LOCAL_LENGTHS:
            for letter in LETTERS:
                yield of_bytes(letter, length)
            yield f'"{of_bytes("a ", max(length - 2, 1))}"'

    def other_mailboxes(self):
        """Domains of every length, address literals, and a source route."""
        for length in (*around(64, 200), 240, 250, 253, 255, 300, 5000):
            yield "alice@" + ".".join(["a" * 50] * (length // 51) + ["b" * (length % 51 or 1)])
        yield from ("alice@[192.0.2.1]", "alice@[IPv6:2001:db8::1]", f"alice@[{'1' * 240}]", "@a.example:alice@b.example")


def arrives_cut_where_the_filter_would_cut(way):
    def test(self):
        self.record()
        self.start_exim(way, settings="smtp_max_synprot_errors = 100000")
        expected = []
        for length in HELO_LENGTHS:
            smtp, taken = self.greeted(name := "a" * (length // 2) + "b" * (length - length // 2))
            self.assertEqual(self.reply(smtp), 250 if taken else 503)
            expected += [cut(name)] if taken else []
            smtp.close()
        asked = [dict(attributes) for attributes in self.asked()]
        self.assertEqual([one["helo_name"] for one in asked], expected)
        self.assertGreater(len([name for name in expected if len(name) == NAME]), 30)
        self.assert_plain_but_for(asked, "helo_name")
        self.records.unlink()
        with self.smtp() as smtp:
            senders = [f"{local}@example.net" for local in self.mailboxes()] + list(self.other_mailboxes())
            accepted = [sender for sender in senders if self.reply(smtp, sender=sender) == 250]
        asked = [dict(attributes) for attributes in self.asked()]
        self.assertEqual([one["sender"] for one in asked], [route_taken_off(sender) for sender in accepted])
        self.assertGreater(len(accepted), 60)
        self.assert_plain_but_for(asked, "sender")
        self.assertEqual(self.log("panic"), "")
    return test


def route_taken_off(sender):
    return sender.split(":", 1)[1] if sender.startswith("@") else sender


def never_answers_a_long_one_better(way):
    def test(self):
        self.start_exim(way, settings="smtp_max_synprot_errors = 100000", server=SERVERS.get(way))
        self.each_long_one(450)
        self.rules("client 192.0.2.1 reject no", "default pass")
        self.each_long_one(554)
        self.rules("helo .bad.example reject no", "helo /^dyn/ reject no", "default pass")
        for name in ("dyn{}", "{}.bad.example"):
            self.assert_replies(554, (name.format("a" * max(length - len(name.format("")), 1)) for length in HELO_LENGTHS))
        self.rules("sender @bad.example reject no", "default pass")
        with self.smtp() as smtp:
            replies = [self.reply(smtp, sender=f"{local}@bad.example") for local in self.mailboxes()]
            self.assertEqual(set(replies), {554, 501})
            self.assertGreater(replies.count(554), 60)
        self.assertNotRegex(self.log("panic"), r"(?m)^(?!.* string too large in smtp_printf\(\)$).")
    return test


class LimitsTest(LongCase):
    def assert_plain_but_for(self, asked, name):
        ignored = {name, "instance", "client_port", "server_port", "size"}
        self.assertEqual({tuple((key, value) for key, value in one.items() if key not in ignored) for one in asked},
                         {tuple((key, value) for key, value in (asked[0]).items() if key not in ignored)})
        self.assertLessEqual(max(len(value.encode()) for one in asked for value in one.values()), VALUE)

    def each_long_one(self, verdict):
        """Whatever is long in whatever place: the verdict, or Exim takes no such command."""
        for letter in LETTERS:
            for verb in ("EHLO", "HELO"):
                self.assert_replies(verdict, (of_bytes(letter, length) for length in HELO_LENGTHS[::5]), verb)
        with self.smtp() as smtp:
            senders = [f"{local}@example.net" for local in self.mailboxes()] + list(self.other_mailboxes())
            replies = [self.reply(smtp, sender=sender) for sender in senders]
            replies += [self.reply(smtp, recipient=f"{local}@example.org") for local in self.mailboxes()]
            self.assertEqual(set(replies), {verdict, 501})
            self.assertGreater(replies.count(verdict), 120)
        for command in ("MAIL FROM:<{}@example.net>", "RCPT TO:<{}@example.org>"):
            for length in around(LINE - len(command) + 2):
                with self.smtp() as smtp:
                    if command.startswith("RCPT"):
                        smtp.mail("alice@example.net")
                    self.assertIn(smtp.command(command.format("a" * length)).code, (421, 500))
        self.each_order(verdict)

    def each_order(self, verdict):
        """HELO names that change within a connection, the null sender, and all at once."""
        longest = "a" * (LINE - 9)
        with self.smtp(helo=longest) as smtp:
            for name in ("short.example.net", longest, "b" * 300, longest):
                smtp.command(f"EHLO {name}")
                self.assertEqual([self.reply(smtp), self.reply(smtp), self.reply(smtp, sender="")], [verdict] * 3)
            smtp.command("RSET")
            commands = ["MAIL FROM:<alice@example.net>", *(f"RCPT TO:<{'x' * length}@example.org>" for length in (1, 64, 200)),
                        "RSET", "MAIL FROM:<bob@example.net> SIZE=1", "RCPT TO:<bob@example.org>", "DATA"]
            smtp.send("\r\n".join(commands))
            codes = [smtp.reply().code for _ in commands]
            self.assertEqual(codes[:-1], [250, *[verdict] * 3, 250, 250, verdict])
            self.assertGreaterEqual(codes[-1], 500)

    def test_a_reverse_name_as_long_as_dns_has_it_arrives_cut(self):
        """A byte that is no letter takes four characters; Exim has room for 263 of a name."""
        self.record()
        self.start_exim("run")
        for unprintable, filling in ((46, 60), (61, 0), (60, 8), (0, 189)):
            labels = [b"\1" * unprintable, *[b"a" * 63] * (filling // 63), b"a" * (filling % 63), b"bad", b"example"]
            labels = [label for label in labels if label]
            name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
            self.name_server.answers[("9.2.0.192.in-addr.arpa", 12)] = [name]
            self.records.unlink(missing_ok=True)
            with self.smtp("192.0.2.9") as smtp:
                self.assertEqual(self.reply(smtp), 250)
            shown = ".".join("".join(chr(byte) if byte > 32 else f"\\{byte:03}" for byte in label) for label in labels)
            self.assertEqual([dict(one)["reverse_client_name"] for one in self.asked()], [cut(shown)])

    def test_an_address_of_any_length_keeps_its_domain(self):
        """Exim 4.96 takes 256 bytes of an address; older ones took what a command line holds."""
        text = (PIECES / "greyonce").read_text().replace("\\\n", "")
        macros = dict(re.findall(r"(?m)^(GREYONCE_\w+) *= (.*)$", text))
        (expression,) = re.findall(r"set acl_m_greyonce_sender *= (.*)", text)
        for name, value in macros.items():
            expression = expression.replace(name, value)
        domain = "@" + "d" * 200 + ".example"
        expected = {local + domain: local[:256] + domain for local in ("", *("x" * length for length in around(256, VALUE)))}
        asked = expression.replace("$sender_address", "$acl_m_address")
        configuration = self.folder / "expanding.conf"
        configuration.write_text("begin acl\n" + "".join(
            f"of_{number}:\n  accept set acl_m_address = {sender}\n    message = {asked}\n"
            for number, sender in enumerate(expected)))
        done = subprocess.run([EXIM, "-C", configuration, "-be", *(f"${{acl{{of_{number}}}}}" for number in range(len(expected)))],
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.replace("> ", "").split(), list(expected.values()))

    def test_a_long_certificate_subject_arrives_cut_and_is_greylisted(self):
        certificate = self.folder / "certificate.pem"
        subject = "".join(f"/OU={number:02}{'x' * 60}" for number in range(40)) + "/CN=mail.example.net"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-keyout", certificate,
                        "-out", self.folder / "half.pem"], check=True, capture_output=True)
        certificate.write_bytes(certificate.read_bytes() + (self.folder / "half.pem").read_bytes())
        certificate.chmod(0o644)
        self.record()
        self.start_exim("unix", settings=f"tls_advertise_hosts = *\ntls_certificate = {certificate}\ntls_try_verify_hosts = *\n"
                                         f"tls_verify_certificates = {certificate}")
        self.assertEqual(self.reply(self.secured(certificate)), 250)
        (asked,) = self.asked()
        self.assertEqual(len(dict(asked)["ccert_subject"]), VALUE)
        self.assertEqual(dict(asked)["recipient"], "bob@example.org")
        shutil.copy(harness.GREYONCE, self.program.with_suffix(".new"))
        self.program.with_suffix(".new").rename(self.program)
        self.assertEqual(self.reply(self.secured(certificate)), 450)

    def secured(self, certificate):
        """A connection over TLS, with a certificate of the client's."""
        smtp = self.smtp()
        self.assertEqual(smtp.command("STARTTLS").code, 220)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.load_cert_chain(certificate)
        smtp.connection = context.wrap_socket(smtp.connection)
        self.addCleanup(smtp.connection.close)
        smtp.stream = smtp.connection.makefile("rb")
        self.assertEqual(smtp.command("EHLO mail.example.net").code, 250)
        return smtp


for way_in in WAYS:
    for proof in (arrives_cut_where_the_filter_would_cut, never_answers_a_long_one_better):
        setattr(LimitsTest, f"test_{way_in}_{proof.__name__}", proof(way_in))

if __name__ == "__main__":
    unittest.main()
