"""What other servers are asked, in which order, and what comes of their answers."""

import re
import socket
import subprocess
import unittest

from ask.bridge import BridgeCase
from ask.scripted import Scripted, action, answering
from harness import GREYONCE, GREYRULES, ask, block, request

GREYLISTED = "DEFER_IF_PERMIT Greylisted, please try again later"
BY_REQUEST = ("--clock", "request")


class Question(BridgeCase):
    def sent(self, question, *options, **how):
        server = Scripted(self, action("DUNNO"))
        self.assertEqual(self.ask(question, server, options=("--no-greylist", *options), **how).action, "DUNNO")
        self.assertEqual(len(server.requests), 1)
        return server.requests[0]

    def test_the_request_goes_out_as_it_came(self):
        odd = request(unheard_of="1", sender="jörg=x@example.net", size="", helo_name="a b\tc")
        self.assertEqual(self.sent(odd), block(odd))
        latin = block(request()).replace(b"alice", b"\xe4lice")
        self.assertEqual(self.sent(latin), latin)
        self.assertEqual(self.sent(request(x="y" * 510)), block(request(x="y" * 510)))

    def test_what_postfix_would_not_send_so_is_put_right(self):
        ordinary = block(request())
        self.assertEqual(self.sent(ordinary.rstrip(b"\n")), ordinary)
        self.assertEqual(self.sent(ordinary.replace(b"\n", b"\r\n")), ordinary)
        self.assertEqual(self.sent(request(request=None)), ordinary)
        self.assertEqual(self.sent(b"junk\n" + ordinary), ordinary)
        forged = request(sender='"a\rsasl_username=x"@example.net')
        self.assertEqual(self.sent(forged), block(request(sender='"a?sasl_username=x"@example.net')))

    def test_what_is_too_long_goes_out_cut(self):
        self.assertEqual(self.sent(request(x="y" * 511)), block(request()))
        long = request(helo_name="x" * 16_376, ccert_subject="y" * 5000)
        self.assertEqual(self.sent(long), block(request(helo_name="x" * 255, ccert_subject="y" * 512)))
        arguments = [f"{name}={value}" for name, value in long.items()]
        self.assertEqual(self.sent(None, args=arguments), block(request(helo_name="x" * 255, ccert_subject="y" * 512)))
        self.assertEqual(self.sent(request(sender="a" * 600 + "@example.net")),
                         block(request(sender="a" * 256 + "a" * 244 + "@example.net")))

    def test_a_crowd_of_other_attributes_does_not_go_out(self):
        crowd = block(request())[:-1] + b"".join(b"x%d=1\n" % i for i in range(1000)) + b"\n"
        self.assertEqual(sorted(self.sent(crowd).splitlines()), sorted(block(request()).splitlines()))

    def test_arguments_go_out_as_a_request(self):
        arguments = [f"{name}={value}" for name, value in request(request=None).items()]
        self.assertEqual(self.sent(None, args=arguments), block(request()))

    def test_a_policy_context_is_added_or_replaced(self):
        self.assertEqual(self.sent(request(), "--ask-context=mx in"), block(request(policy_context="mx in")))
        self.assertEqual(self.sent(request(policy_context="theirs"), "--ask-context=ours"),
                         block(request(policy_context="ours")))
        self.assertEqual(self.sent(request(policy_context="theirs")), block(request(policy_context="theirs")))

    def test_what_is_not_for_the_greylist_is_still_asked_of_others(self):
        for attributes in ({"protocol_state": "END-OF-MESSAGE"}, {"sasl_username": "alice"},
                           {"client_address": "unknown"}):
            for when in "before", "after":
                server = Scripted(self, action("450 slow down"))
                answer = self.ask(request(**attributes), server, options=("--ask-when", when))
                self.assertEqual((answer.action, server.requests), ("450 slow down", [block(request(**attributes))]))
                self.assertEqual(self.ask(request(**attributes), options=()).action, "DUNNO")


class Answers(BridgeCase):
    def answer_of(self, *replies, options=("--no-greylist",)):
        servers = [Scripted(self, action(reply)) for reply in replies]
        answer = self.ask(request(), *servers, options=options)
        self.assertEqual(answer.status, 0)
        self.asked = [server.connections for server in servers]
        self.names = [re.escape(server.name) for server in servers]
        return answer

    def test_the_first_answer_that_is_not_dunno_ends_it(self):
        for reply in ("REJECT no", "DEFER", "defer_if_permit later", "450 4.7.1 slow down", "550 5.7.23 no", "HOLD x",
                      "DISCARD", "FILTER smtp:[127.0.0.1]", "REDIRECT a@example.org", "WARN look"):
            answer = self.answer_of("DUNNO", "dunno whatever", reply, "REJECT not asked")
            self.assertEqual((answer.action, self.asked), (reply, [1, 1, 1, 0]))
        self.assertEqual(self.answer_of("DUNNO", "DUNNO").action, "DUNNO")
        self.assertEqual(self.asked, [1, 1])

    def test_the_log_says_who_answered(self):
        server = Scripted(self, action("REJECT no"))
        self.assertRegex(self.ask(request(), server).stderr.decode(),
                         rf"^greyonce: action=reject, reason=asked {server.name}, client_name=")

    def test_ok_passes_or_is_no_opinion(self):
        for reply in "OK", "RELAY", "permit", "ok text":
            passed = self.answer_of(reply, "REJECT no")
            self.assertEqual((passed.action, self.asked), ("OK" if reply == "permit" else reply, [1, 0]))
            answer = self.answer_of(reply, "REJECT no", options=("--no-greylist", "--ask-ok=continue"))
            self.assertEqual((answer.action, self.asked), ("REJECT no", [1, 1]))
        self.assertEqual(self.answer_of("OK", options=("--no-greylist", "--ask-ok=continue")).action, "DUNNO")

    def test_the_first_header_goes_out_and_the_others_are_logged(self):
        answer = self.answer_of("PREPEND X-A: 1", "DUNNO", "prepend  X-B: 2", "PREPEND X-C: 3")
        self.assertEqual((answer.action, self.asked), ("PREPEND X-A: 1", [1, 1, 1, 1]))
        self.assertRegex(answer.stderr.decode(), r"action=pass, reason=asked %s, client_name=" % self.names[0])
        log = self.log_of(answer)
        self.assertEqual(len(log), 2)
        self.assertRegex(log[0], r"^a second header is left out: asked inet:127\.0\.0\.1:\d+: X-B:%202$")
        self.assertRegex(log[1], "X-C:%203$")

    def test_a_header_goes_out_with_ok_and_not_with_a_refusal(self):
        self.assertEqual(self.answer_of("PREPEND X-A: 1", "REJECT no").action, "REJECT no")
        self.assertEqual(self.answer_of("PREPEND X-A: 1", "OK").action, "PREPEND X-A: 1")

    def test_other_attributes_and_crlf_are_taken_as_they_are(self):
        for reply in "x=1\naction=REJECT no\ny-z=2\n\n", "action=REJECT no\r\n\r\n":
            self.assertEqual(self.ask(request(), Scripted(self, answering(reply))).action, "REJECT no")

    def test_an_answer_in_pieces_is_put_together(self):
        def behave(connection):
            for byte in b"action=REJECT in pieces\n\n":
                connection.sendall(bytes([byte]))
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.recv(65536)
        self.assertEqual(self.ask(request(), Scripted(self, behave)).action, "REJECT in pieces")

    def test_a_server_on_a_unix_socket_on_ipv6_and_by_a_name_of_the_hosts_file(self):
        for server in (Scripted(self, action("REJECT no"), path=self.folder / "a=b, c"),
                       Scripted(self, action("REJECT no"), family=socket.AF_INET6, host="::1")):
            self.assertEqual(self.ask(request(), server).action, "REJECT no")
        hosts = self.folder / "hosts"
        hosts.write_text("192.0.2.7 other\n# 192.0.2.8 policy\n127.0.0.1 policy.example.org Policy # ours\n")
        port = Scripted(self, action("REJECT no")).port
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"', "sh", GREYONCE,
             "--config", "/dev/null", "--log=none", "--no-greylist", "--ask", f"inet:policy:{port}"],
            input=block(request()), capture_output=True, check=True)
        self.assertEqual(done.stdout, b"action=REJECT no\n\n")

    def test_until_end_of_file_each_request_is_asked_about(self):
        server = Scripted(self, action("REJECT one"), action("PREPEND X-A: two"), action("DUNNO"))
        questions = [request(sender=f"{name}@example.net") for name in "abc"]
        answer = self.ask(b"".join(map(block, questions)), server, options=("--no-greylist", "--until-eof"))
        self.assertEqual(answer.output, b"action=REJECT one\n\naction=PREPEND X-A: two\n\naction=DUNNO\n\n")
        self.assertEqual(server.requests, [block(question) for question in questions])


class WithTheGreylist(BridgeCase):
    def at(self, time, server, *options):
        return self.ask(request(policy_test_time=time), server, options=(*BY_REQUEST, *options)).action

    def test_after_it_a_server_is_asked_about_what_passes(self):
        server = Scripted(self, action("REJECT no"))
        self.assertEqual(self.at(1000, server), GREYLISTED)
        self.assertEqual(server.connections, 0)
        self.assertEqual(self.at(1300, server), "REJECT no")

    def test_before_it_a_refusal_leaves_no_record_and_no_opinion_goes_on(self):
        self.assertEqual(self.at(1000, Scripted(self, action("REJECT no")), "--ask-when=before"), "REJECT no")
        self.assertFalse((self.folder / "state").exists())
        self.assertEqual(self.at(2000, Scripted(self, action("OK")), "--ask-when=before"), "OK")
        self.assertFalse((self.folder / "state").exists())
        self.assertEqual(self.at(3000, Scripted(self, action("DUNNO")), "--ask-when=before"), GREYLISTED)
        self.assertEqual(self.at(3000, Scripted(self, action("PREPEND X-A: 1")), "--ask-when=before"), GREYLISTED)

    def test_of_its_header_and_anothers_the_first_goes_out(self):
        for when, first in ("before", "PREPEND X-Theirs: 1"), ("after", "PREPEND X-Ours: 300"):
            (self.folder / "state").unlink(missing_ok=True)
            options = (f"--ask-when={when}", "--x-greylist-header=X-Ours: %t")
            server = Scripted(self, action("PREPEND X-Theirs: 1"))
            self.at(1000, server, *options)
            self.assertEqual(self.at(1300, server, *options), first)
            self.assertEqual(self.at(1301, server, *options), "PREPEND X-Theirs: 1")

    def test_a_whitelisted_client_is_not_greylisted_and_still_asked_about(self):
        source, rules = self.folder / "clients", self.folder / "rules.cdb"
        source.write_text("mail.example.net\n")
        subprocess.run([GREYRULES, "compile", "-o", rules, "--whitelist-clients", source], check=True)
        for when in "before", "after":
            options = ("--rules", rules, "--ask-when", when)
            self.assertEqual(self.ask(request(), Scripted(self, action("REJECT no")), options=options).action, "REJECT no")
            self.assertEqual(self.ask(request(), Scripted(self, action("DUNNO")), options=options).action, "DUNNO")

    def test_without_it_no_state_is_made(self):
        self.assertEqual(self.ask(request(), Scripted(self, action("DUNNO"))).action, "DUNNO")
        answer = self.ask(request(), options=("--no-greylist",))
        self.assertEqual(answer.action, "DUNNO")
        self.assertIn(b"action=pass, reason=no opinion", answer.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])
        self.assertEqual(self.ask(request(), options=()).action, GREYLISTED)
        self.assertEqual([file.name for file in self.folder.iterdir()], ["state"])


class Options(BridgeCase):
    def test_servers_stand_in_the_configuration_file_too_and_are_asked_first(self):
        first, second = Scripted(self, action("DUNNO")), Scripted(self, action("REJECT no"))
        third = Scripted(self, action("REJECT third"))
        config = self.folder / "greyonce.conf"
        config.write_text(f"no-greylist = yes\nask = {first.name}\nask = {second.name}\nlog = none\n")
        self.assertEqual(ask(request(), "--config", config, "--ask", third.name).action, "REJECT no")
        self.assertEqual((first.connections, second.connections, third.connections), (1, 1, 0))
        self.assertEqual(ask(request(), "--config", config, "--ask=", "--ask", third.name).action, "REJECT third")

    def test_a_server_with_a_name_is_asked_where_a_rule_says_so(self):
        source, rules = self.folder / "rules", self.folder / "rules.cdb"
        source.write_text("recipient bob@example.org ask rate spf\nrecipient eve@example.org ask missing\n")
        subprocess.run([GREYRULES, "compile", "-o", rules, source], check=True)
        for when in "before", "after":
            spf, rate = Scripted(self, action("REJECT no")), Scripted(self, action("DUNNO"))
            servers = f"spf={spf.name}", f"rate={rate.name}"
            options = ("--no-greylist", "--rules", rules, "--ask-when", when)
            for others in "carol@example.org", "eve@example.org":
                answer = self.ask(request(recipient=others), *servers, options=options)
                self.assertEqual((answer.action, spf.connections), ("DUNNO", 0))
            self.assertEqual(self.log_of(answer), ["warning: a rule says ask missing, which no --ask names"])
            answer = self.ask(request(), *servers, options=options)
            self.assertEqual((answer.action, spf.connections, rate.connections), ("REJECT no", 1, 0))
            self.assertRegex(answer.stderr.decode(), f"reason=asked {spf.name}, .*, rule={source}:1\n")
            self.assertEqual(self.ask(request(), *reversed(servers), options=options).action, "REJECT no")
            self.assertEqual((spf.connections, rate.connections), (2, 1))

    def test_a_server_that_a_rule_asks_for_leaves_the_greylist_as_it_is(self):
        source, rules = self.folder / "rules", self.folder / "rules.cdb"
        source.write_text("recipient bob@example.org ask spf\n")
        subprocess.run([GREYRULES, "compile", "-o", rules, source], check=True)
        server = Scripted(self, action("DUNNO"))
        answer = self.ask(request(), f"spf={server.name}", options=("--rules", rules, "--ask-when=before"))
        self.assertEqual((answer.action, server.connections), (GREYLISTED, 1))

    def test_wrong_values_are_refused(self):
        for option, expected in (("--ask=tcp:127.0.0.1:1", "unix:/PATH"), ("--ask=inet:10040", "inet:HOST:PORT"),
                                 ("--ask-when=during", "before after"), ("--ask-ok=maybe", "pass continue"),
                                 ("--ask-timeout=0", "above 0"), ("--ask-context=a\nb", "one line")):
            answer = self.ask(request(), options=("--no-greylist", option))
            self.assertEqual((answer.action, answer.status), ("DUNNO", 64))
            self.assertIn(expected, answer.stderr.decode())


if __name__ == "__main__":
    unittest.main()
