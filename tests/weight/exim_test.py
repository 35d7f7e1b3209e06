"""The ACL that was published for policyd-weight, over TCP, with greyonce in its place: header, 450, 550."""

import unittest

from exim.daemon import CONFIGURATION, USER, EximCase
from servers import starters
from weight.dns_server import Nameserver

# The verbs, conditions and variables are the article's; the request and the address, which its page has lost, are
# what it describes.
PIECES = r"""
greyonce_rcpt:
  warn set acl_m9  = ${{readsocket{{inet:{host}:{port}}}\
                      {{request=smtpd_access_policy\n\
                       protocol_state=RCPT\n\
                       protocol_name=${{uc:$received_protocol}}\n\
                       helo_name=$sender_helo_name\n\
                       client_address=$sender_host_address\n\
                       client_name=$sender_host_name\n\
                       sender=$sender_address\n\
                       recipient=$local_part@$domain\n\
                       instance=$sender_host_address.$sender_address.$sender_helo_name\n\n}}\
                      {{20s}}{{\n}}{{socket failure}}}}

  defer condition   = ${{if eq{{$acl_m9}}{{socket failure}}{{yes}}{{no}}}}
        message     = Cannot connect to policyd-weight. Please try again later.

  warn set acl_m8 = ${{extract{{action}}{{$acl_m9}}}}
       set acl_m7 = ${{sg{{$acl_m9}}{{\Naction=[^ ]+ (.*)\n\n\N}}{{\$1}}}}

  warn message   = $acl_m7
       condition = ${{if eq{{$acl_m8}}{{PREPEND}}{{yes}}{{no}}}}

  deny message   = policyd-weight said: $acl_m7
       condition = ${{if eq{{$acl_m8}}{{550}}{{yes}}{{no}}}}

  defer message  = policyd-weight said: $acl_m7
        condition = ${{if eq{{$acl_m8}}{{450}}{{yes}}{{no}}}}

  accept

greyonce_data:
  accept
"""

ZONES = {
    "good.net": {"MX": ["mx.good.net"]}, "mx.good.net": {"A": ["192.0.2.1"]},
    "1.2.0.192.in-addr.arpa": {"PTR": ["mx.good.net"]},
    "9.2.0.192.bl.spamcop.net": {"A": ["127.0.0.2"]}, "9.2.0.192.pbl.spamhaus.org": {"A": ["127.0.0.10"]},
}


class PublishedAcl(EximCase):
    def setUp(self):
        super().setUp()
        nameserver = Nameserver(ZONES).__enter__()
        self.addCleanup(nameserver.__exit__)
        self.configure(weight="yes", greylist_level="1", nameserver=nameserver.name)
        _, (host, port) = starters.inetd(self, USER, [self.program, "--config", self.configuration])
        self.run_exim(CONFIGURATION.format(folder=self.folder, port=self.port, before="", settings="", macros="",
                                           pieces=PIECES.format(host=host, port=port)))

    def test_good_mail_is_delivered_with_the_header(self):
        reply = self.smtp("192.0.2.1", helo="mx.good.net").message("alice@good.net", "bob@example.org")
        self.assertEqual(reply.code, 250, reply)
        self.assertRegex(self.delivered(), r"(?s)X-policyd-weight:.*CL_IP_EQ_FROM_MX=-3.1;\s+rate: -6.1\n")

    def test_a_forged_sender_from_a_listed_client_is_refused(self):
        smtp = self.smtp("192.0.2.9", helo="dsl.other.com")
        smtp.mail("alice@good.net")
        reply = smtp.rcpt("bob@example.org")
        self.assertEqual(reply.code, 550, reply)
        self.assertIn("policyd-weight said: Mail appeared to be SPAM or forged.", reply.text)

    def test_a_bogus_sender_is_put_off(self):
        smtp = self.smtp("192.0.2.8", helo="mail.nowhere.com")
        smtp.mail("alice@nowhere.com")
        reply = smtp.rcpt("bob@example.org")
        self.assertEqual(reply.code, 451, reply)  # the article has no code of its own
        self.assertIn("policyd-weight said: Mail appeared to be SPAM or forged.", reply.text)


if __name__ == "__main__":
    unittest.main()
