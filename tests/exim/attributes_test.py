"""What the filter is asked: every attribute that Exim knows, in each way the same."""

import ipaddress
import ssl
import subprocess
import unittest

import names
from exim.daemon import WAYS
from exim.recorder import RecordingCase


def sends_every_attribute_that_exim_knows(way):
    def test(self):
        self.record()
        self.start_exim(way)
        smtp = self.smtp("192.0.2.9", helo="helo.example.net")
        smtp.mail("alice@example.net", " SIZE=12345")
        smtp.rcpt("bob@example.org")
        smtp.rcpt("carol@example.org")
        smtp.command("RSET")
        smtp.mail("alice@example.net")
        smtp.rcpt("bob@example.org")
        with self.smtp("2001:db8::1", helo=None) as other:
            other.command("HELO old.example.net")
            other.mail("")
            other.rcpt("bob@example.org")
        asked = [dict(attributes) for attributes in self.asked()]
        instances = [one.pop("instance") for one in asked]
        self.assertEqual(instances[0], instances[1])
        self.assertEqual(len(set(instances)), 3)
        self.assertEqual({one.pop("stress", "") for one in asked}, {""})
        self.assertEqual({one.pop("request", "smtpd_access_policy") for one in asked}, {"smtpd_access_policy"})
        first = {
            "protocol_state": "RCPT", "protocol_name": "ESMTP", "client_address": "192.0.2.9", "client_name": "unknown",
            "client_port": "40000", "reverse_client_name": "forged.example.com", "server_address": "127.0.0.1",
            "server_port": "25", "helo_name": "helo.example.net", "sender": "alice@example.net",
            "recipient": "bob@example.org", "recipient_count": "0", "queue_id": "", "size": "12345", "sasl_method": "",
            "sasl_username": "", "ccert_subject": "", "encryption_protocol": "", "encryption_cipher": "",
            "encryption_keysize": "0"}
        self.assertEqual(asked[0] | {"server_port": "25"}, first)
        self.assertEqual(asked[1]["recipient"], "carol@example.org")
        self.assertEqual(asked[2]["size"], "0")
        self.assertEqual({name: asked[3][name] for name in ("protocol_name", "client_name", "reverse_client_name",
                                                            "client_address", "sender", "helo_name")},
                         {"protocol_name": "SMTP", "client_name": "six.example.net", "reverse_client_name": "six.example.net",
                          "client_address": "2001:db8::1", "sender": "", "helo_name": "old.example.net"})
    return test


def computes_the_connection_s_attributes_anew_after_helo_and_starttls(way):
    def test(self):
        certificate, key = self.folder / "certificate.pem", self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=mx.example.org",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        key.chmod(0o644)
        self.record()
        self.start_exim(way, settings=f"tls_advertise_hosts = *\ntls_certificate = {certificate}\ntls_privatekey = {key}")
        smtp = self.smtp(helo=None)

        def ask():
            smtp.mail("alice@example.net")
            smtp.rcpt("bob@example.org")
            smtp.command("RSET")

        for command in "HELO one.example.net", "EHLO one.example.net", "EHLO two.example.net":
            smtp.command(command)
            ask()
        smtp.command("STARTTLS")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        smtp.connection = context.wrap_socket(smtp.connection)
        self.addCleanup(smtp.connection.close)
        smtp.stream = smtp.connection.makefile("rb")
        smtp.command("EHLO two.example.net")
        ask()
        ask()
        asked = [dict(attributes) for attributes in self.asked()]
        plain = ("", False, "0")
        secured = (smtp.connection.version(), True, str(smtp.connection.cipher()[2]))
        self.assertEqual([(one["protocol_name"], one["helo_name"]) for one in asked],
                         [("SMTP", "one.example.net"), ("ESMTP", "one.example.net"), *[("ESMTP", "two.example.net")] * 3])
        self.assertEqual([(one["encryption_protocol"], one["encryption_cipher"] != "", one["encryption_keysize"])
                          for one in asked], [plain, plain, plain, secured, secured])
    return test


class AttributesTest(RecordingCase):
    def test_no_question_is_put_to_the_dns_twice(self):
        """That a client has no name Exim knows already; a name that does not point back it forgets."""
        self.record()
        self.start_exim("run")
        for client, times, name in ("192.0.2.8", 1, "unknown"), ("192.0.2.1", 1, "mail.example.net"), \
                                   ("192.0.2.9", 2, "forged.example.com"):
            self.name_server.questions.clear()
            with self.smtp(client) as smtp:
                smtp.mail("alice@example.net")
                smtp.rcpt("bob@example.org")
                smtp.rcpt("carol@example.org")
            pointer = ipaddress.ip_address(client).reverse_pointer
            self.assertEqual(self.name_server.questions.count((pointer, names.PTR)), times, client)
            self.assertEqual(dict(self.asked()[-1])["reverse_client_name"], name)


for name in WAYS:
    for proof in sends_every_attribute_that_exim_knows, computes_the_connection_s_attributes_anew_after_helo_and_starttls:
        setattr(AttributesTest, f"test_{name}_{proof.__name__}", proof(name))

if __name__ == "__main__":
    unittest.main()
