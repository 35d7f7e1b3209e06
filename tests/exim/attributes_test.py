"""What the filter is asked: every attribute that Exim knows, in each way the same."""

import unittest

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


class AttributesTest(RecordingCase):
    pass


for name in WAYS:
    setattr(AttributesTest, f"test_{name}_sends_every_attribute_that_exim_knows", sends_every_attribute_that_exim_knows(name))

if __name__ == "__main__":
    unittest.main()
