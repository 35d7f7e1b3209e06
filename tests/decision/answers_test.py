"""One request in, one answer out: what is asked in each way, what is answered, and how the program ends."""

import base64
import unittest

from harness import Case, ask, block, request

GREYLISTED = "DEFER_IF_PERMIT Greylisted, please try again later"
MALFORMED = "DEFER_IF_PERMIT Request not understood, please try again later"


class Filter(Case):
    """A filter with a state of its own and a clock that the requests set."""

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"

    def ask(self, question, *options, **how):
        return ask(question, "--config", "/dev/null", "--state", self.state, "--log", "none", *options, **how)

    def at(self, time, *options, **attributes):
        answer = self.ask(request(policy_test_time=time, **attributes), "--clock", "request", *options)
        self.assertEqual(answer.status, 0, answer)
        return answer.action


class Decisions(Filter):
    def test_a_first_attempt_is_deferred_and_a_retry_after_the_delay_passes_with_a_header(self):
        self.assertEqual(self.at(1000), GREYLISTED)
        self.assertEqual(self.at(1299), GREYLISTED)
        self.assertRegex(self.at(1301, "--hostname", "mx.example"),
                         r"^PREPEND X-Greylist: delayed 301 seconds by greyonce-\S+ at mx\.example; ")
        self.assertEqual(self.at(1302), "DUNNO")

    def test_one_message_has_one_header_whatever_the_number_of_recipients(self):
        for recipient in "a@example.org", "b@example.org":
            self.at(1000, recipient=recipient)
        self.assertRegex(self.at(1400, recipient="a@example.org", instance="m.1"), "^PREPEND ")
        self.assertEqual(self.at(1400, recipient="b@example.org", instance="m.1"), "DUNNO")

    def test_without_an_instance_every_recipient_has_its_header(self):
        for recipient in "a@example.org", "b@example.org":
            self.at(1000, recipient=recipient)
            self.assertRegex(self.at(1400, recipient=recipient), "^PREPEND ")

    def test_an_empty_header_is_none(self):
        self.assertEqual(self.at(1000), GREYLISTED)
        self.assertEqual(self.at(1400, "--x-greylist-header="), "DUNNO")
        self.assertEqual(self.at(1000, sender="other@example.net"), GREYLISTED)
        self.assertRegex(self.at(1400, sender="other@example.net"), "^PREPEND ")

    def test_a_client_that_came_back_five_times_never_waits_again(self):
        for hour in range(5):
            sender = f"{chr(97 + hour)}@example.net"
            self.assertEqual(self.at(hour * 4000, sender=sender), GREYLISTED)
            self.assertRegex(self.at(hour * 4000 + 300, sender=sender), "^PREPEND ")
        self.assertEqual(self.at(20000, sender="new@example.net"), "DUNNO")
        self.assertEqual(self.at(20001, "--auto-whitelist-clients=0", sender="new@example.net"), GREYLISTED)

    def test_postfix_that_sends_etrn_domain_gets_an_enhanced_status_code(self):
        self.assertEqual(self.at(1000, etrn_domain=""), GREYLISTED.replace("Greylisted", "4.2.0 Greylisted"))

    def test_what_is_not_for_a_greylist_has_no_decision(self):
        for attributes in ({"protocol_state": "DATA"}, {"protocol_state": "END-OF-MESSAGE"},
                           {"sasl_username": "alice"}, {"client_address": "unknown"}):
            answer = self.ask(request(**attributes))
            self.assertEqual((answer.action, answer.status), ("DUNNO", 0), attributes)
        self.assertEqual(self.ask(request(protocol_state=None)).action, GREYLISTED)
        self.assertEqual(self.ask(request(sasl_username="", sender="x@example.net")).action, GREYLISTED)

    def test_a_dry_run_decides_and_answers_dunno(self):
        answer = self.ask(request(), "--dry-run", "--log", "stderr")
        self.assertEqual(answer.action, "DUNNO")
        self.assertRegex(answer.stderr.decode(), r"action=greylist, reason=new, .*, dry-run\n$")
        answer = self.ask("junk", "--dry-run")
        self.assertEqual((answer.action, answer.status), ("DUNNO", 74))

    def test_the_null_sender_is_a_sender(self):
        self.assertEqual(self.at(1000, sender=""), GREYLISTED)
        self.assertRegex(self.at(1300, sender=""), "^PREPEND ")

    def test_addresses_in_utf8_and_in_any_other_eight_bits_are_decided(self):
        for sender in ("jörg@example.net".encode(), "j\xf6rg@example.net".encode("latin-1")):
            question = block(request()).replace(b"alice@example.net", sender)
            self.assertEqual(self.ask(question).action, GREYLISTED)
        text = self.ask(block(request()).replace(b"bob@", b"\xff\x01b@").replace(b"example.org", b"ex\xe9.org"),
                        "--greylist-text", "see %r").action
        self.assertEqual(text, "DEFER_IF_PERMIT see ex?.org")


class WaysOfAsking(Filter):
    def test_end_of_file_ends_a_request_as_an_empty_line_does(self):
        for ending in b"\n", b"", b"\r\n":
            self.assertEqual(self.ask(block(request()).rstrip(b"\n") + ending).action, GREYLISTED)

    def test_line_ends_may_be_crlf(self):
        self.assertEqual(self.ask(block(request()).replace(b"\n", b"\r\n")).action, GREYLISTED)

    def test_arguments_are_a_request_and_stdin_is_not_read(self):
        arguments = [f"{name}={value}" for name, value in request().items()]
        answer = self.ask("junk that is no request\n\n", args=arguments)
        self.assertEqual((answer.action, answer.status), (GREYLISTED, 0))

    def test_a_newline_in_an_argument_makes_the_request_malformed(self):
        answer = self.ask(None, args=["client_address=192.0.2.1", "sender=a@b\nsasl_username=x", "recipient=c@d"])
        self.assertEqual((answer.action, answer.status), (MALFORMED, 74))

    def test_base64_is_a_whole_request_in_one_word(self):
        word = base64.b64encode(block(request())).decode()
        self.assertEqual(self.ask(None, "--base64", word).action, GREYLISTED)
        for bad in "!!", word[:-1], base64.b64encode(b"sender=\n").decode(), "":
            answer = self.ask(None, f"--base64={bad}")
            self.assertEqual((answer.action, answer.status), (MALFORMED, 74), bad)

    def test_until_end_of_file_each_block_has_its_answer(self):
        questions = [request(policy_test_time=1000), request(policy_test_time=1400), "junk=1\n\n",
                     request(policy_test_time=1401)]
        answer = self.ask(b"".join(block(question) for question in questions), "--until-eof", "--clock", "request")
        actions = answer.output.decode().split("\n\n")
        self.assertEqual(actions[0], f"action={GREYLISTED}")
        self.assertRegex(actions[1], "^action=PREPEND ")
        self.assertEqual(actions[2:], [f"action={MALFORMED}", "action=DUNNO", ""])
        self.assertEqual(answer.status, 74)

    def test_until_end_of_file_without_a_request_has_no_answer(self):
        answer = self.ask(b"", "--until-eof")
        self.assertEqual((answer.output, answer.status), (b"", 0))

    def test_values_from_a_configuration_file_hold(self):
        config = self.folder / "greyonce.conf"
        config.write_text(f"# ours\nstate = {self.state}\ngreylist-action = 451\ngreylist-text = later, %r\n")
        answer = ask(request(), "--config", config, "--log", "none")
        self.assertEqual(answer.action, "451 later, example.org")


class Explanation(Filter):
    def test_a_client_that_is_gone_is_not_weighed(self):
        answer = self.ask(request(client_address="unknown"), "--explain", "--weight=yes")
        self.assertEqual((answer.output, answer.status), (b"the client is gone: it is not weighed\n", 0))


class ExitStatus(Filter):
    def test_a_decision_exits_with_0_and_on_request_with_what_it_does(self):
        self.assertEqual(self.ask(request()).status, 0)
        self.assertEqual(self.ask(request(), "--exit-status").status, 75)
        self.assertEqual(self.ask(request(), "--exit-status", "--greylist-action=REJECT").status, 77)
        self.assertEqual(self.ask(request(), "--exit-status", "--delay=0").status, 0)

    def test_the_fallback_too_is_told_by_the_exit_status(self):
        self.state.mkdir()
        self.assertEqual(self.ask(request(), "--exit-status").status, 0)
        self.assertEqual(self.ask(request(), "--exit-status", "--on-error=450 later").status, 75)
        self.assertEqual(self.ask(request(), "--exit-status", "--on-error=REJECT").status, 77)
        self.assertEqual(self.ask("junk", "--exit-status").status, 75)
        self.assertEqual(self.ask("junk", "--exit-status", "--on-malformed=REJECT").status, 77)
        self.assertEqual(self.ask("junk", "--exit-status", "--on-malformed=DUNNO").status, 0)

    def test_help_and_version_are_for_people(self):
        answer = self.ask(None, "--help")
        self.assertEqual(answer.status, 0)
        self.assertIn(b"--delay SECONDS (=300)", answer.output)
        self.assertRegex(self.ask(None, "--version").output, rb"^greyonce [0-9.]+\nwith Boost .*, c-ares [0-9.]+, .*\n$")


class Log(Filter):
    def lines(self, *options, **attributes):
        return self.ask(request(**attributes), "--clock", "request", "--log", "stderr",
                        *options).stderr.decode().splitlines()

    def test_lines_have_the_shape_of_postgreys(self):
        end = (", client_name=mail.example.net, client_address=192.0.2.1, sender=alice@example.net, "
               "recipient=bob@example.org")
        self.assertEqual(self.lines(policy_test_time=1000), [f"greyonce: action=greylist, reason=new{end}"])
        self.assertEqual(self.lines(policy_test_time=1100),
                         [f"greyonce: action=greylist, reason=early-retry (200s missing){end}"])
        self.assertEqual(self.lines(policy_test_time=1310, queue_id="4ABC"),
                         [f"greyonce: 4ABC: action=pass, reason=triplet found, delay=310{end}"])
        self.assertEqual(self.lines(policy_test_time=1311), [f"greyonce: action=pass, reason=triplet found{end}"])

    def test_the_count_that_whitelists_a_client_is_told(self):
        self.lines("--auto-whitelist-clients=1", policy_test_time=1000)
        self.assertEqual(self.lines("--auto-whitelist-clients=1", policy_test_time=1300)[0],
                         "greyonce: whitelisted: mail.example.net[192.0.2.1]")
        self.assertIn("reason=client AWL", self.lines("--auto-whitelist-clients=1", policy_test_time=1301)[0])

    def test_a_client_that_is_gone_has_no_address(self):
        self.assertEqual(self.lines(client_address="unknown", policy_test_time=1000),
                         ["greyonce: action=pass, reason=client is gone, client_name=mail.example.net, client_address=unknown, "
                          "sender=alice@example.net, recipient=bob@example.org"])

    def test_nothing_in_a_request_can_forge_a_line(self):
        lines = self.ask(block(request()).replace(b"alice@", b"\"x\r action=pass\x1b[2J\xff\"@"), "--log",
                         "stderr").stderr.decode().splitlines()
        self.assertEqual(len(lines), 1)
        self.assertIn('sender=%22x?%20action%3Dpass?[2J?%22@example.net', lines[0])


if __name__ == "__main__":
    unittest.main()
