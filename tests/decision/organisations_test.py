"""Mail that need not wait: clients keyed by their organisation, pairs, suspects, whom ours have written to, one verdict."""

import subprocess
import time
import unittest

from ask.scripted import Scripted, action
from decision.answers_test import GREYLISTED, Filter
from harness import GREYRULES, GREYSTATE, TOP, ask, request

OUTLOOK = {"client_address": "40.107.1.51", "client_name": "mail-eopbgr10051.outbound.protection.outlook.com"}
OUTLOOK_ELSEWHERE = {"client_address": "104.47.2.44",
                     "client_name": "mail-db5eur01on0044.outbound.protection.outlook.com"}
OUTLOOK_IPV6 = {"client_address": "2a01:111:f403::7", "client_name": "mail-wm1x.outbound.protection.outlook.com"}
ORGANISATION = "--client-key=organisation"
DAY = 86400


class Asked(Filter):
    def rules(self, text):
        path = self.folder / "rules.cdb"
        (self.folder / "rules").write_text(text)
        subprocess.run([GREYRULES, "compile", "-o", path, self.folder / "rules"], check=True)
        return f"--rules={path}"

    def passes(self, time, *options, **attributes):
        return self.at(time, *options, **attributes) != GREYLISTED

    def state_of(self, *arguments, status=0):
        done = subprocess.run([GREYSTATE, *arguments[:1], self.state, "--config", "/dev/null", *arguments[1:]],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout

    def log_of(self, *options, **attributes):
        answer = ask(request(**attributes), "--config=/dev/null", f"--state={self.state}", "--log=stderr", *options)
        return answer.stderr.decode()


class Organisations(Asked):
    def test_a_retry_from_anywhere_in_the_organisation_passes(self):
        for elsewhere in OUTLOOK_ELSEWHERE, OUTLOOK_IPV6:
            with self.subTest(elsewhere):
                sender = f"a@{elsewhere['client_address'].replace(':', '-')}.example"
                self.assertFalse(self.passes(1000, ORGANISATION, sender=sender, **OUTLOOK))
                self.assertTrue(self.passes(1400, ORGANISATION, sender=sender, **elsewhere))

    def test_by_default_it_is_another_client(self):
        self.assertFalse(self.passes(1000, **OUTLOOK))
        self.assertFalse(self.passes(1400, **OUTLOOK_ELSEWHERE))

    def test_a_name_that_is_not_verified_is_nobodys(self):
        unverified = {"client_name": "unknown", "reverse_client_name": OUTLOOK["client_name"],
                      "helo_name": OUTLOOK["client_name"]}
        self.assertFalse(self.passes(1000, ORGANISATION, **OUTLOOK))
        self.assertFalse(self.passes(1400, ORGANISATION, client_address="198.51.100.1", **unverified))

    def test_lines_and_rented_hosts_of_one_provider_are_as_many_clients(self):
        for first, second in (
                (("198.51.100.1", "host-198-51-100-1.dyn.isp.example"), ("203.0.113.2", "host-203-0-113-2.dyn.isp.example")),
                (("198.51.100.1", "vmi123456.contaboserver.net"), ("203.0.113.2", "vmi654321.contaboserver.net")),
                (("198.51.100.1", "c6336401.isp.example"), ("203.0.113.2", "cb007102.isp.example")),
                (("198.51.100.1", "a.github.io"), ("203.0.113.2", "b.github.io"))):
            with self.subTest(first):
                sender = f"x@{first[1]}"
                self.assertFalse(self.passes(1000, ORGANISATION, sender=sender, client_address=first[0], client_name=first[1]))
                self.assertFalse(self.passes(1400, ORGANISATION, sender=sender, client_address=second[0], client_name=second[1]))

    def test_switching_it_on_makes_nobody_wait_twice(self):
        self.assertFalse(self.passes(1000, **OUTLOOK))
        self.assertTrue(self.passes(1400, **OUTLOOK))
        self.assertFalse(self.passes(2000, sender="waiting@example.net", **OUTLOOK))
        self.assertTrue(self.passes(3000, ORGANISATION, **OUTLOOK))
        self.assertTrue(self.passes(3001, ORGANISATION, **OUTLOOK_ELSEWHERE), "it is the organisation's now")
        self.assertFalse(self.passes(3002, ORGANISATION, sender="waiting@example.net", **OUTLOOK))

    def test_so_does_a_sender_that_is_folded_now(self):
        forwarded = "SRS0=HHHH=TT=orig.example=alice@fwd.example"
        self.assertFalse(self.passes(1000, sender=forwarded))
        self.assertTrue(self.passes(1400, sender=forwarded))
        self.assertTrue(self.passes(3000, ORGANISATION, sender=forwarded))
        self.assertTrue(self.passes(3001, ORGANISATION, sender="SRS0=K9xQ=TU=orig.example=alice@fwd.example"))

    def test_a_rules_network_wins(self):
        rules = self.rules("client .outlook.com greylist network=24\n")
        self.assertFalse(self.passes(1000, ORGANISATION, rules, **OUTLOOK))
        self.assertFalse(self.passes(1400, ORGANISATION, rules, **OUTLOOK_ELSEWHERE))

    def test_each_host_for_itself_goes_not_with_it(self):
        answer = self.ask(request(), ORGANISATION, "--lookup-by-host")
        self.assertEqual(answer.status, 64)

    def test_with_privacy_it_is_a_hash(self):
        self.assertFalse(self.passes(1000, ORGANISATION, "--privacy", **OUTLOOK))
        self.assertNotIn(b"outlook", self.state.read_bytes())
        self.assertTrue(self.passes(1400, ORGANISATION, "--privacy", **OUTLOOK_ELSEWHERE))

    def test_where_spf_says_no_the_key_is_the_network(self):
        for result, passes in ("fail", False), ("SoftFail", False), ("pass", True), ("none", True), ("", True):
            with self.subTest(result):
                sender = f"{result}@x.example"
                self.assertFalse(self.passes(1000, ORGANISATION, sender=sender, spf_result=result, **OUTLOOK))
                self.assertEqual(self.passes(1400, ORGANISATION, sender=sender, spf_result=result, **OUTLOOK_ELSEWHERE), passes)

    def test_a_server_that_is_asked_before_may_say_what_spf_says(self):
        for word, passes in (("Fail (no)", False), ("softfail", False), ("Pass (mailfrom)", True)):
            with self.subTest(word):
                server = Scripted(self, action(f"PREPEND Received-SPF: {word} identity=mailfrom"))
                options = ORGANISATION, f"--ask={server.name}", "--ask-when=before"
                sender = f"{word[:4]}@x.example"
                self.assertFalse(self.passes(1000, *options, sender=sender, **OUTLOOK))
                self.assertEqual(self.passes(1400, *options, sender=sender, **OUTLOOK_ELSEWHERE), passes)

    def test_the_log_line_ends_with_the_key(self):
        self.assertTrue(self.log_of(ORGANISATION, **OUTLOOK).endswith(", client_key=outlook.com\n"))
        self.assertTrue(self.log_of(ORGANISATION, client_name="unknown").endswith(", client_key=192.0.2.0\n"))
        self.assertTrue(self.log_of(ORGANISATION, "--greylist-names=suspect", **OUTLOOK).endswith(", client_key=outlook.com\n"))
        self.assertNotIn("client_key", self.log_of(**OUTLOOK))

    def test_greystate_knows_both_kinds_of_keys(self):
        self.passes(1000, ORGANISATION, **OUTLOOK)
        self.passes(1000, ORGANISATION, client_name="unknown")
        self.assertEqual(self.state_of("find", "--client", "outlook.com").count("\n"), 1)
        self.assertEqual(self.state_of("find", "--client", "x.outbound.protection.outlook.com").count("\n"), 1)
        self.assertEqual(self.state_of("find", "--client", "192.0.2.7").count("\n"), 1)
        self.state_of("forget", "--client", "outlook.com")
        self.state_of("find", "--client", "outlook.com", status=1)
        self.state_of("find", "--client", "192.0.2.7")
        self.state_of("allow", "--client", "outlook.com", "--sender", "new@x.example", "--recipient", "bob@example.org")
        self.assertTrue(self.passes(int(time.time()) + 5, ORGANISATION, sender="new@x.example", **OUTLOOK))


class Pairs(Asked):
    options = ORGANISATION, "--auto-whitelist-pairs", "--auto-whitelist-clients=0"

    def learn(self, start=1000, options=options):
        self.assertFalse(self.passes(start, *options, sender="a@mail.x.example", **OUTLOOK))
        self.assertTrue(self.passes(start + 400, *options, sender="a@mail.x.example", **OUTLOOK))

    def test_other_mail_of_the_domain_passes_from_a_day_after_its_first_return(self):
        self.learn()
        other = {"sender": "b@other.x.example", "recipient": "new@example.org"}
        self.assertFalse(self.passes(1400 + DAY - 1, *self.options, **other, **OUTLOOK))
        self.assertTrue(self.passes(1400 + DAY, *self.options, **other, **OUTLOOK_ELSEWHERE))

    def test_no_other_domain_and_no_other_client_gains_by_it(self):
        self.learn()
        self.assertFalse(self.passes(1400 + DAY, *self.options, sender="a@y.example", **OUTLOOK))
        self.assertFalse(self.passes(1400 + DAY, *self.options, sender="b@x.example"))
        self.assertFalse(self.passes(1400 + DAY, *self.options, sender="", **OUTLOOK))

    def test_the_age_and_the_number_are_settings(self):
        self.learn()
        options = *self.options, "--auto-whitelist-pairs-age=1h"
        self.assertFalse(self.passes(4999, *options, sender="c@x.example", **OUTLOOK))
        self.assertFalse(self.passes(5000, *options, "--auto-whitelist-pairs=2", sender="e@x.example", **OUTLOOK))
        self.assertTrue(self.passes(5000, *options, sender="d@x.example", **OUTLOOK))
        self.assertFalse(self.passes(5000 + DAY, *options, "--auto-whitelist-pairs=0", sender="f@x.example", **OUTLOOK))

    def test_its_successes_count_once_an_hour(self):
        options = ORGANISATION, "--auto-whitelist-pairs=2", "--auto-whitelist-pairs-age=0", "--auto-whitelist-clients=0"
        self.learn(options=options)
        for moment, passes in (1500, False), (1500 + 3600, True):
            self.assertFalse(self.passes(moment, *options, sender=f"n{moment}@x.example", **OUTLOOK))
            self.assertTrue(self.passes(moment + 400, *options, sender=f"n{moment}@x.example", **OUTLOOK))
            self.assertEqual(self.passes(moment + 500, *options, sender=f"later{moment}@x.example", **OUTLOOK), passes)

    def test_a_rule_that_says_always_wins(self):
        self.learn()
        rules = self.rules("recipient strict@example.org greylist always\n")
        self.assertFalse(self.passes(2 * DAY, *self.options, rules, recipient="strict@example.org", sender="z@x.example", **OUTLOOK))

    def test_without_an_organisation_the_network_has_pairs(self):
        options = self.options[1:]
        self.passes(1000, *options)
        self.passes(1400, *options)
        self.assertTrue(self.passes(2 * DAY, *options, client_address="192.0.2.200", sender="new@example.net"))
        self.assertTrue(self.passes(2 * DAY, *self.options, sender="newer@example.net"), "switching on makes nobody wait twice")

    def test_greystate_knows_pairs(self):
        now = int(time.time())
        self.learn(now - 500)
        self.assertRegex(self.state_of("export"), rf"(?m)^P {now - 100} {now - 100} 000001 outlook\.com x\.example$")
        self.assertIn("pairs young                 1\n", self.state_of("stats"))
        self.assertIn('"client":"outlook.com","domain":"x.example"', self.state_of("list", "--kind", "pair", "--format", "json"))
        exported = self.state_of("export")
        self.state_of("find", "--client", "outlook.com", "--sender", "@x.example")
        self.state_of("forget", "--sender", "@x.example", "--kind", "pair")
        self.state_of("find", "--kind", "pair", status=1)
        (self.folder / "exported").write_text(exported)
        self.state_of("import", "--from", "greyonce", "--input", str(self.folder / "exported"))
        self.state_of("find", "--kind", "pair")

    def test_explain_tells_the_key_why_and_what_is_remembered(self):
        self.learn(int(time.time()) - 500)
        before = self.state.read_bytes()
        told = ask(request(sender="b@x.example", **OUTLOOK), "--config=/dev/null", f"--state={self.state}", "--explain",
                   *self.options).output.decode()
        self.assertIn("client key: outlook.com\n", told)
        self.assertIn(": organisation outlook.com: ", told)
        self.assertRegex(told, r"\n  pair young .* outlook\.com x\.example\n")
        self.assertIn("\n  triplet never seen outlook.com b@x.example bob@example.org\n", told)
        self.assertTrue(told.endswith("\nanswer: DEFER_IF_PERMIT Greylisted, please try again later (new)\n"), told)
        self.assertEqual(self.state.read_bytes(), before)

    def test_explain_makes_no_state_and_names_the_condition(self):
        for attributes, condition in (({"client_name": "unknown"}, "a: "), ({"client_name": "x.dyn.isp.example"}, "b: "),
                                      ({"client_name": "a-192-0-2-1.isp.example"}, "c: "),
                                      ({"client_name": "vm12345.isp.example"}, "d: "), ({"spf_result": "fail"}, "e: ")):
            told = ask(request(**attributes), "--config=/dev/null", f"--state={self.state}", "--explain", ORGANISATION)
            self.assertIn("no organisation: " + condition, told.output.decode())
        self.assertFalse(self.state.exists())

    def test_greystate_allows_a_pair(self):
        (self.folder / "conf").write_text("auto-whitelist-pairs = 1\nclient-key = organisation\n")
        subprocess.run([GREYSTATE, "allow", self.state, "--config", self.folder / "conf", "--client", "outlook.com",
                        "--sender", "@mail.x.example"], check=True)
        self.assertTrue(self.passes(int(time.time()) + 5, *self.options, sender="new@x.example", **OUTLOOK))


class Installed(Asked):
    def test_the_configuration_for_new_users_turns_the_new_on(self):
        def asked(moment, **attributes):
            answer = ask(request(policy_test_time=moment, **attributes), f"--config={TOP / 'src/package/greyonce.conf'}",
                         f"--state={self.state}", "--log=none", "--clock=request")
            self.assertEqual(answer.status, 0, answer)
            return answer.action
        self.assertEqual(asked(1000, **OUTLOOK), GREYLISTED)
        self.assertNotEqual(asked(1060, **OUTLOOK_ELSEWHERE), GREYLISTED)
        self.assertNotEqual(asked(1060 + DAY, recipient="new@example.org", **OUTLOOK), GREYLISTED)


class Suspects(Asked):
    def test_only_clients_without_an_organisation_wait(self):
        self.assertTrue(self.passes(1000, "--greylist-names=suspect", **OUTLOOK))
        self.assertFalse(self.state.exists() and b"outlook" in self.state.read_bytes(), "no record")
        for name in "unknown", "host-192-0-2-1.dyn.isp.example", "vmi123456.hoster.example":
            self.assertFalse(self.passes(1000, "--greylist-names=suspect", client_name=name), name)
        self.assertFalse(self.passes(1000, "--greylist-names=suspect", spf_result="fail", **OUTLOOK))
        self.assertFalse(self.passes(1000, "--greylist-names=all", sender="z@x.example", **OUTLOOK))


class Correspondents(Asked):
    option = "--auto-whitelist-correspondents"
    sent = {"client_address": "198.51.100.1", "client_name": "unknown", "sender": "Bob@example.org",
            "recipient": "alice@mail.x.example"}
    answer = {"sender": "ann@x.example", "recipient": "bob@example.org"}

    def test_the_answer_to_what_a_user_has_sent_passes(self):
        self.assertEqual(self.at(1000, self.option, sasl_username="bob", **self.sent), "DUNNO")
        self.assertTrue(self.passes(2000, self.option, **self.answer, **OUTLOOK))

    def test_a_relay_hosts_mail_is_told_by_the_mail_server(self):
        self.assertEqual(self.at(1000, self.option, policy_context="outgoing", **self.sent), "DUNNO")
        self.assertTrue(self.passes(2000, self.option, **self.answer, **OUTLOOK))

    def test_nobody_elses_mail_and_no_suspects_does(self):
        self.at(1000, self.option, sasl_username="bob", **self.sent)
        for attributes in ({**self.answer, "sender": "ann@y.example", **OUTLOOK},
                           {**self.answer, "recipient": "carol@example.org", **OUTLOOK},
                           {**self.answer, "client_name": "unknown"},
                           {**self.answer, "spf_result": "fail", **OUTLOOK}):
            self.assertFalse(self.passes(2000, self.option, **attributes), attributes)

    def test_who_is_not_ours_teaches_nothing(self):
        self.at(1000, self.option, **self.sent)
        self.assertFalse(self.passes(2000, self.option, **self.answer, **OUTLOOK))

    def test_it_is_off_by_default_and_forgotten_with_time(self):
        self.at(1000, sasl_username="bob", **self.sent)
        self.assertFalse(self.state.exists())
        self.at(1000, self.option, sasl_username="bob", **self.sent)
        self.assertFalse(self.passes(1000 + 36 * DAY, self.option, **self.answer, **OUTLOOK))


class OneVerdict(Asked):
    def known(self, **attributes):
        self.passes(1000, recipient="known@example.org", **attributes)
        self.assertTrue(self.passes(1400, recipient="known@example.org", **attributes))

    def test_later_recipients_of_a_message_pass_with_one_that_has_passed(self):
        self.known()
        message = {"instance": "12ab.1"}
        self.assertFalse(self.passes(2000, "--one-verdict", recipient="first@example.org", **message))
        self.assertTrue(self.passes(2000, "--one-verdict", recipient="known@example.org", **message))
        self.assertTrue(self.passes(2000, "--one-verdict", recipient="new@example.org", **message))
        self.assertFalse(self.passes(2000, "--one-verdict", recipient="new2@example.org", instance="12ab.2"))
        self.assertFalse(self.passes(2000, recipient="new3@example.org", **message), "off by default")

    def test_a_header_goes_out_all_the_same(self):
        self.known()
        self.passes(1500, recipient="other@example.org")
        self.passes(2000, "--one-verdict", recipient="known@example.org", instance="m")
        self.assertRegex(self.at(2000, "--one-verdict", recipient="other@example.org", instance="m"), "^PREPEND ")

    def test_who_is_whitelisted_takes_nobody_along_nor_does_nobody(self):
        rules = self.rules("recipient postmaster@example.org pass\n")
        self.assertTrue(self.passes(2000, "--one-verdict", rules, recipient="postmaster@example.org", instance="m"))
        self.assertFalse(self.passes(2000, "--one-verdict", rules, recipient="new@example.org", instance="m"))
        spared = self.rules("recipient soon@example.org greylist delay=0\n")
        self.assertTrue(self.passes(2000, "--one-verdict", spared, recipient="soon@example.org", instance="o"))
        self.assertFalse(self.passes(2000, "--one-verdict", spared, recipient="new@example.org", instance="o"))
        self.known(sender="")
        self.assertTrue(self.passes(2000, "--one-verdict", sender="", recipient="known@example.org", instance="n"))
        self.assertFalse(self.passes(2000, "--one-verdict", sender="", recipient="new@example.org", instance="n"))


if __name__ == "__main__":
    unittest.main()
